using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Deployments;

public sealed class DeployTests(LibraService service)
{
    [Fact]
    public async Task StaticProject_FromInitFiles_IsLive()
    {
        var project = await service.NewProjectAsync();

        var done = await project.DeployPageAsync("<h1>one</h1>");

        done["status"]!.GetValue<string>().Should().Be("completed");
        done["progress"]!.GetValue<int>().Should().Be(100);
        (await TestProject.VisitTextAsync(done)).Should().Be("<h1>one</h1>");
        (await service.ScalarAsync<string>("SELECT deployment_status FROM public.project WHERE id = $1", project.Id))
            .Should().Be("deployed");
        (await service.ScalarAsync<string>("SELECT production_deploy_url FROM public.project WHERE id = $1", project.Id))
            .Should().Be(done["workerUrl"]!.GetValue<string>());
    }

    [Fact]
    public async Task Project_WhoseRowHasAnEmptyCustomDomain_HasNone()
    {
        var project = await service.NewProjectAsync();
        await service.ExecuteAsync("UPDATE public.project SET custom_domain = '' WHERE id = $1", project.Id);

        await project.DeployPageAsync("<h1>one</h1>");

        (await service.ScalarAsync<long>("SELECT count(*) FROM deploy.deployments WHERE project_id = $1 AND custom_domain IS NULL", project.Id))
            .Should().Be(1);
    }

    [Fact]
    public async Task StaticProject_FromTheTreeForm_KeepsBinaryFilesIntact()
    {
        var project = await service.NewProjectAsync();
        byte[] bytes = [0, 255, 1, 254, 0xC3, 0x28];
        var files = new JsonObject
        {
            ["index.html"] = new JsonObject { ["type"] = "file", ["content"] = "hi" },
            ["img"] = new JsonObject
            {
                ["type"] = "directory",
                ["children"] =
                    new JsonObject
                    {
                        ["a.png"] = new JsonObject
                        {
                            ["type"] = "file",
                            ["content"] = Convert.ToBase64String(bytes),
                            ["isBinary"] = true
                        }
                    },
            },
        };

        var done = await project.DeployAsync(files);

        using var image = await TestProject.VisitAsync(done, "/img/a.png");
        (await image.Content.ReadAsByteArrayAsync()).Should().Equal(bytes);
        image.Content.Headers.ContentType!.MediaType.Should().Be("image/png");
    }

    [Fact]
    public async Task ReactProject_OfTheTemplate_IsBuiltAndServedWithItsWorker()
    {
        var project = await service.NewProjectAsync("vite");

        var done = await project.DeployAsync(history: TestProject.Diffs(("public/mark.txt", "from the history")));

        done["status"]!.GetValue<string>().Should().Be("completed", "{0}", done);
        (await TestProject.VisitTextAsync(done)).Should().Contain("<div id=\"root\">");
        (await TestProject.VisitTextAsync(done, "/some/deep/link")).Should().Contain("<div id=\"root\">");
        (await TestProject.VisitTextAsync(done, "/mark.txt")).Should().Be("from the history");
        JsonNode.Parse(await TestProject.VisitTextAsync(done, "/api/health"))!["status"]!.GetValue<string>().Should().Be("ok");
        var log = await service.Admin.GetStringAsync($"/deploy/{done["deploymentId"]}/logs?limit=5000");
        log.Should().Contain("packages installed").And.Contain("built in");
    }

    [Fact]
    public async Task ReactProject_WithATypeError_FailsWithTheCompilersLines()
    {
        var project = await service.NewProjectAsync("vite");

        var failed = await project.DeployAsync(
            history: TestProject.Diffs(
                ("src/App.tsx", "const wrong: number = 'text';\nexport default function App() { return <p>{wrong}</p>; }")));

        failed["status"]!.GetValue<string>().Should().Be("failed");
        var error = failed["error"]!;
        error["code"]!.GetValue<string>().Should().Be("BUILD_FAILED");
        error["category"]!.GetValue<string>().Should().Be("user");
        error["excerpt"]!.AsArray().Select(line => line!.GetValue<string>()).Should().Contain(line => line.Contains("TS2322"));
        failed["attempt"]!.GetValue<int>().Should().Be(1, "what the user has to mend is not tried again");
    }

    [Fact]
    public async Task Project_WithAMissingPackage_FailsInTheInstall()
    {
        var project = await service.NewProjectAsync();
        var manifest =
            """{"name":"x","private":true,"scripts":{"build":"true"},"dependencies":{"libra-deploy-no-such-package-at-all":"1.0.0"}}""";

        var failed = await project.DeployAsync(TestProject.Files(("package.json", manifest), ("index.html", "x")));

        failed["error"]!["code"]!.GetValue<string>().Should().Be("INSTALL_FAILED", "{0}", failed);
        failed["error"]!["category"]!.GetValue<string>().Should().Be("user");
    }

    [Fact]
    public async Task Build_ThatPrintsErrorsButExitsWithZero_Succeeds()
    {
        var project = await service.NewProjectAsync();
        var manifest = """{"name":"x","private":true,"scripts":{"build":"echo '0 errors, build failed? ERROR!' && mkdir -p dist && cp index.html dist/"}}""";

        var done = await project.DeployAsync(TestProject.Files(("package.json", manifest), ("index.html", "fine")));

        done["status"]!.GetValue<string>().Should().Be("completed", "{0}", done);
        (await TestProject.VisitTextAsync(done)).Should().Be("fine");
    }

    [Fact]
    public async Task Build_ByAScriptOfTheProject_RunsIt()
    {
        var project = await service.NewProjectAsync();

        var done = await project.DeployAsync(TestProject.Files(
            ("package.json", """{ "scripts": { "build": "./build/make.sh" } }"""),
            ("build/make.sh", "#!/bin/sh\nmkdir dist && echo made >dist/index.html")));

        done["status"]!.GetValue<string>().Should().Be("completed", "{0}", done);
        (await TestProject.VisitTextAsync(done)).Should().Be("made\n");
    }

    [Fact]
    public async Task Build_WhenItsManifestAsksForOtherPrograms_RunsOnThoseThatThereAre()
    {
        var project = await service.NewProjectAsync();
        var manifest =
            """
            { "name": "x", "devEngines": { "runtime": { "name": "node", "version": "^16" }, "packageManager": { "name": "yarn" } },
              "scripts": { "build": "npm run page", "page": "mkdir dist && echo made > dist/index.html" } }
            """;
        var locked = """{ "name": "x", "lockfileVersion": 3, "requires": true, "packages": { "": { "name": "x" } } }""";

        var done = await project.DeployAsync(TestProject.Files(("package.json", manifest), ("package-lock.json", locked)));

        done["status"]!.GetValue<string>().Should().Be("completed", "{0}", done);
        (await TestProject.VisitTextAsync(done)).Should().Be("made\n");
    }

    [Fact]
    public async Task UnchangedSource_IsNotBuiltAgain_UnlessForced()
    {
        var project = await service.NewProjectAsync();
        var first = await project.DeployPageAsync("same");

        var second = await project.DeployPageAsync("same");
        var forced = project.Request(TestProject.Files(("index.html", "same")));
        forced["config"] = new JsonObject { ["force"] = true };
        using var response = await project.PostAsync(forced);
        var third = await project.EndOfAsync((await response.Content.ReadFromJsonAsync<JsonNode>())!["deploymentId"]!.GetValue<string>());

        second["steps"]!["build"]!["status"]!.GetValue<string>().Should().Be("skipped");
        second["artifact"]!["reused"]!.GetValue<bool>().Should().BeTrue();
        third["steps"]!["build"]!["status"]!.GetValue<string>().Should().Be("completed");
        third["artifact"]!["digest"]!.GetValue<string>()
            .Should().Be(first["artifact"]!["digest"]!.GetValue<string>(), "packing is reproducible");
    }

    [Fact]
    public async Task Rollback_ToAnEarlierVersion_ServesItAgainWithoutABuild()
    {
        var project = await service.NewProjectAsync();
        var one = await project.DeployPageAsync("one");
        await project.DeployPageAsync("two");

        using var response = await service.Admin.PostAsync($"/deploy/{one["deploymentId"]}/rollback", null);
        var back = await project.EndOfAsync((await response.Content.ReadFromJsonAsync<JsonNode>())!["deploymentId"]!.GetValue<string>());
        using var again = await service.Admin.PostAsync($"/deploy/{one["deploymentId"]}/rollback", null);

        back["status"]!.GetValue<string>().Should().Be("completed");
        back["steps"]!["sandbox"]!["status"]!.GetValue<string>().Should().Be("skipped");
        (await TestProject.VisitTextAsync(back)).Should().Be("one");
        again.StatusCode.Should().Be(HttpStatusCode.Conflict, "it is live already");
    }

    [Fact]
    public async Task Cancel_WhileBuilding_StopsWithinSeconds()
    {
        var project = await service.NewProjectAsync();
        var manifest = """{"name":"x","private":true,"scripts":{"build":"sleep 300"}}""";
        var id = await project.StartAsync(TestProject.Files(("package.json", manifest), ("index.html", "x")));
        await project.UntilAsync(id, status => status == "building");

        using var cancelled = await service.Admin.PostAsync($"/deploy/{id}/cancel", null);
        var end = await project.EndOfAsync(id);
        using var again = await service.Admin.PostAsync($"/deploy/{id}/cancel", null);

        cancelled.StatusCode.Should().Be(HttpStatusCode.OK);
        end["status"]!.GetValue<string>().Should().Be("cancelled");
        again.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await service.ScalarAsync<string>("SELECT deployment_status FROM public.project WHERE id = $1", project.Id)).Should().Be("failed");
    }

    [Fact]
    public async Task Retry_OfAFailedDeployment_BuildsTheSameSource()
    {
        var project = await service.NewProjectAsync();
        var manifest = """{"name":"x","private":true,"scripts":{"build":"exit 3"}}""";
        var failed = await project.DeployAsync(TestProject.Files(("package.json", manifest), ("index.html", "x")));

        using var response = await service.Admin.PostAsync($"/deploy/{failed["deploymentId"]}/retry", null);
        var retried = await project.EndOfAsync((await response.Content.ReadFromJsonAsync<JsonNode>())!["deploymentId"]!.GetValue<string>());

        retried["predecessorId"]!.GetValue<string>().Should().Be(failed["deploymentId"]!.GetValue<string>());
        retried["error"]!["message"]!.GetValue<string>().Should().Contain("exit code 3");
    }

    [Fact]
    public async Task Status_Unchanged_IsNotModified()
    {
        var project = await service.NewProjectAsync();
        var done = await project.DeployPageAsync("x");
        var address = $"/deploy/{done["deploymentId"]}/status";
        using var first = await service.Admin.GetAsync(address);

        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await service.Admin.SendAsync(request);

        second.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData("../escape.html")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    public async Task Path_ThatClimbs_FailsInValidationNamingIt(string path)
    {
        var project = await service.NewProjectAsync();

        var failed = await project.DeployAsync(TestProject.Files((path, "x")));

        failed["error"]!["code"]!.GetValue<string>().Should().Be("DEPLOYMENT_VALIDATION_FAILED");
        failed["error"]!["message"]!.GetValue<string>().Should().Contain(path);
    }
}
