using System.Net;
using Libra.Deploy.IntegrationTests.Queue;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Cli;

/// <summary>The command line program against the whole service.</summary>
public sealed class CommandLineTests(LibraService service) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-folder-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Deploy_OfAStaticFolder_ShowsItsStepsAndPutsEveryByteLive()
    {
        var project = await service.NewProjectAsync();
        byte[] picture = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];
        await WriteAsync("index.html", "<h1>Grüße</h1>"u8.ToArray());
        await WriteAsync("picture.png", picture);
        await WriteAsync("draft.html", "never sent"u8.ToArray());
        await WriteAsync(".gitignore", "draft.*\n"u8.ToArray());

        var deployed = await CallAsync("deploy", _folder.FullName, "--project", project.Id);

        deployed.Error.Should().BeEmpty();
        deployed.ExitCode.Should().Be(0, deployed.Output);
        deployed.Lines.Should().Contain(line => line.StartsWith("+ validation", StringComparison.Ordinal))
            .And.Contain(line => line.StartsWith("+ deploy", StringComparison.Ordinal));
        deployed.Lines[^1].Should().StartWith("Live at http");
        var state = (await CallAsync("status", IdIn(deployed), "--json")).Json;
        (await TestProject.VisitTextAsync(state)).Should().Be("<h1>Grüße</h1>");
        using var served = await TestProject.VisitAsync(state, "/picture.png");
        (await served.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Should().Equal(picture);
        using var draft = await TestProject.VisitAsync(state, "/draft.html");
        draft.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Deploy_AsJson_PrintsOneObjectAndExitsAsTheDeploymentDid()
    {
        var project = await service.NewProjectAsync();
        await WriteAsync("index.html", "<h1>one</h1>"u8.ToArray());

        var deployed = await CallAsync("deploy", _folder.FullName, "--json", "--project", project.Id);
        await service.ExecuteAsync("UPDATE public.project SET is_active = false WHERE id = $1", project.Id);
        var refused = await CallAsync("deploy", _folder.FullName, "--json", "--project", project.Id);

        deployed.ExitCode.Should().Be(0);
        ((string?)deployed.Json["status"]).Should().Be("completed");
        ((string?)deployed.Json["workerUrl"]).Should().StartWith("http");
        refused.ExitCode.Should().Be(1);
        ((string?)refused.Json["code"]).Should().Be("PROJECT_INACTIVE");
    }

    [Fact]
    public async Task Deploy_OfAFolderWithHostileNames_TellsThemWithoutWhatMovesTheCursor()
    {
        await WriteAsync("index.html", "<h1>one</h1>"u8.ToArray());
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "\e]0;owned\alink\e[2J"), "/nowhere");

        var deployed = await CallAsync("deploy", _folder.FullName, "--project", "none-such");

        deployed.Error.Should().StartWith("link is a symbolic link and stays here.\n").And.NotContain("\e");
    }

    [Fact]
    public async Task Deploy_WhenItFails_ExplainsWhyAndExitsWithOne()
    {
        var project = await service.NewProjectAsync();
        await WriteAsync(
            "package.json", """{"scripts":{"build":"vite build"},"dependencies":{"left":"git+ssh://nowhere/x"}}"""u8.ToArray());

        var deployed = await CallAsync("deploy", _folder.FullName, "--project", project.Id);

        deployed.ExitCode.Should().Be(1, deployed.Output);
        deployed.Output.Should().Contain("The deployment failed.").And.Contain("It lies in the project");
    }

    [Fact]
    public async Task Rollback_ToTheFirstVersion_MakesItLiveAgain()
    {
        var project = await service.NewProjectAsync();
        var first = await project.DeployPageAsync("<h1>first</h1>");
        await project.DeployPageAsync("<h1>second</h1>");

        var rolledBack = await CallAsync("rollback", (string)first["deploymentId"]!, "--json");

        rolledBack.ExitCode.Should().Be(0, rolledBack.Output);
        (await TestProject.VisitTextAsync(rolledBack.Json)).Should().Be("<h1>first</h1>");
    }

    [Fact]
    public async Task Logs_OfAnEndedDeployment_AreTheSameReadAndFollowed()
    {
        var project = await service.NewProjectAsync();
        var id = (string)(await project.DeployPageAsync("<h1>log</h1>"))["deploymentId"]!;

        var followed = await CallAsync("logs", "-f", id, "--json");
        var read = await CallAsync("logs", id, "--json");

        followed.ExitCode.Should().Be(0);
        read.Lines.Should().NotBeEmpty().And.Equal(followed.Lines);
    }

    [Fact]
    public async Task Cancel_OfAnEndedDeployment_IsRefusedWithASentence()
    {
        var project = await service.NewProjectAsync();
        var id = (string)(await project.DeployPageAsync("<h1>done</h1>"))["deploymentId"]!;

        var cancelled = await CallAsync("cancel", id);

        cancelled.ExitCode.Should().Be(1);
        cancelled.Output.Should().BeEmpty();
        cancelled.Error.Should().Be($"libra: Deployment {id} is already completed.\n");
    }

    [Fact]
    public async Task Status_WithoutADeployment_ListsThoseOfTheProject()
    {
        var project = await service.NewProjectAsync();
        var id = (string)(await project.DeployPageAsync("<h1>listed</h1>"))["deploymentId"]!;

        var listed = await CallAsync("status", "--project", project.Id);

        listed.Lines.Should().ContainSingle().Which.Should().StartWith(id).And.Contain("completed");
    }

    [Fact]
    public async Task DeadLetter_ListedAndReplayed_GoesLive()
    {
        var project = await service.NewProjectAsync();
        var letter = await DeadLetters.ProvokeAsync(project, "<h1>replayed</h1>");

        var listed = await CallAsync("dlq", "list", "--org", project.OrganizationId);
        var replayed = await CallAsync("dlq", "replay", (string)letter["id"]!, "--note", "mended", "--json");

        listed.Output.Should().Contain((string)letter["id"]!).And.Contain("processing_timeout");
        replayed.ExitCode.Should().Be(0, replayed.Output);
        (await TestProject.VisitTextAsync(replayed.Json)).Should().Be("<h1>replayed</h1>");
    }

    [Fact]
    public async Task AnyCommand_WithoutAToken_SaysHowToGiveOne()
    {
        var refused = await CommandCall.RunAsync(service.Stranger.BaseAddress!, token: "ldt_wrong", "status");

        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("--token or LIBRA_TOKEN");
    }

    [Fact]
    public async Task Deploy_OfAProjectThatDoesNotExist_SaysWhatToCheckAndHowToMakeIt()
    {
        await WriteAsync("index.html", "<h1>lost</h1>"u8.ToArray());

        var refused = await CallAsync("deploy", _folder.FullName, "--project", "no-such-project");

        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("does not exist or you do not have access to it. ")
            .And.Contain("--project").And.Contain("--org").And.Contain("token").And.Contain("PUT /projects/ID");
    }

    private Task<CommandCall> CallAsync(params string[] words) =>
        CommandCall.RunAsync(service.Admin.BaseAddress!, service.Admin.DefaultRequestHeaders.Authorization!.Parameter, words);

    private Task WriteAsync(string path, byte[] content) => File.WriteAllBytesAsync(Path.Combine(_folder.FullName, path), content);

    private static string IdIn(CommandCall call) =>
        call.Lines.First(line => line.StartsWith("Deployment ", StringComparison.Ordinal))["Deployment ".Length..];
}
