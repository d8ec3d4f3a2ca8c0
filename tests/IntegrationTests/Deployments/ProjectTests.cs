using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Deployments;

public sealed class ProjectTests(LibraService service)
{
    [Fact]
    public async Task Project_MadeByTheApi_IsDeployedFromItsFiles()
    {
        var home = await service.NewProjectAsync();
        var made = home with { Id = $"made-{Guid.NewGuid().ToString("N")[..8]}" };
        var body = new JsonObject
        {
            ["organizationId"] = home.OrganizationId,
            ["userId"] = home.UserId,
            ["name"] = "Made",
            ["files"] = TestProject.Files(("index.html", "from the project itself")),
        };

        using var answer = await service.Admin.PutAsJsonAsync($"/projects/{made.Id}", body);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var done = await made.DeployAsync();

        (await TestProject.VisitTextAsync(done)).Should().Be("from the project itself");
        using var favicon = await TestProject.VisitAsync(done, "/favicon.svg");
        favicon.StatusCode.Should().Be(HttpStatusCode.NotFound, "nothing of a template is in it");
        var project = await service.Admin.GetFromJsonAsync<JsonNode>($"/projects/{made.Id}");
        project!["project"]!["deploymentStatus"]!.GetValue<string>().Should().Be("deployed");
    }

    [Fact]
    public async Task Files_OfAProject_AreWhatItsChangesAreMadeToAndWhatSentFilesReplace()
    {
        var project = await service.NewProjectAsync();
        using var saved = await PutAsync(project, "files", TestProject.Files(("index.html", "saved"), ("other.txt", "saved")));
        saved.StatusCode.Should().Be(HttpStatusCode.OK, await saved.Content.ReadAsStringAsync());

        var changed = await project.DeployAsync(history: TestProject.Diffs(("index.html", "changed")));
        (await TestProject.VisitTextAsync(changed)).Should().Be("changed");
        (await TestProject.VisitTextAsync(changed, "/other.txt")).Should().Be("saved");

        var replaced = await project.DeployPageAsync("sent");
        (await TestProject.VisitTextAsync(replaced)).Should().Be("sent");
        using var other = await TestProject.VisitAsync(replaced, "/other.txt");
        other.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Files_TogetherWithAHistory_AreRefused()
    {
        var project = await service.NewProjectAsync();
        using var answer = await service.Admin.PutAsJsonAsync($"/projects/{project.Id}", new JsonObject
        {
            ["organizationId"] = project.OrganizationId,
            ["userId"] = project.UserId,
            ["files"] = TestProject.Files(("index.html", "")),
            ["historyMessages"] = new JsonArray(),
        });

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("Send either files or historyMessages");
    }

    [Fact]
    public async Task Files_InBase64_AreServedAsTheyWere()
    {
        byte[] picture = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff, 0xfe];
        var project = await service.NewProjectAsync();
        using var saved = await PutAsync(project, "files", new JsonArray(
            new JsonObject { ["path"] = "index.html", ["content"] = "<img src=a.png>" },
            new JsonObject { ["path"] = "a.png", ["content"] = Convert.ToBase64String(picture), ["encoding"] = "base64" },
            new JsonObject { ["path"] = "b.png", ["content"] = Convert.ToBase64String(picture), ["isBinary"] = true },
            new JsonObject { ["path"] = "c.txt", ["content"] = Convert.ToBase64String("größer"u8), ["encoding"] = "base64" }));
        saved.StatusCode.Should().Be(HttpStatusCode.OK, await saved.Content.ReadAsStringAsync());

        var done = await project.DeployAsync();

        ((string)done["status"]!).Should().Be("completed", "{0}", done);
        foreach (var path in new[] { "/a.png", "/b.png" })
        {
            using var served = await TestProject.VisitAsync(done, path);
            (await served.Content.ReadAsByteArrayAsync()).Should().Equal(picture, path);
        }

        (await TestProject.VisitTextAsync(done, "/c.txt")).Should().Be("größer");
    }

    [Fact]
    public async Task HistoryMessages_AsTextInWhichThePlatformKeepsThem_AreTheSource()
    {
        const string History = """[{"type":"diff","diff":[{"path":"index.html","type":"create","modified":"from a text"}]}]""";
        var project = await service.NewProjectAsync();
        using var saved = await PutAsync(project, "historyMessages", History);
        saved.StatusCode.Should().Be(HttpStatusCode.OK, await saved.Content.ReadAsStringAsync());

        (await TestProject.VisitTextAsync(await project.DeployAsync())).Should().Be("from a text");
    }

    [Theory]
    [InlineData("files", """[{"path":"../x","content":""}]""", "'../x' cannot be used")]
    [InlineData("files", """[{"path":"a","content":""},{"path":"./a","content":""}]""", "'a' appears twice")]
    [InlineData("files", """[{"path":"a.png","content":"no base64!","encoding":"base64"}]""", "said to be base64 and is not")]
    [InlineData("files", """[{"path":"a.png","content":"","encoding":"hex"}]""", "not 'utf8' or 'base64'")]
    [InlineData("files", """[{"path":"a.png"}]""", "needs a path and a content")]
    [InlineData("files", """[{"path":"a","content":""},{"path":"a/b","content":""}]""", "'a' is a file, and also a directory")]
    [InlineData("files", """[{"path":"README","content":""},{"path":"readme","content":""}]""", "differ only by case")]
    [InlineData("files", """[{"path":"package.json","content":"{"}]""", "package.json cannot be read")]
    [InlineData(
        "historyMessages", """[{"type":"diff","diff":[{"path":"index.html/x","type":"create","modified":""}]}]""",
        "'index.html' is a file, and also a directory")]
    [InlineData(
        "historyMessages",
        """[{"type":"diff","base":"none","diff":[]},{"type":"diff","diff":[{"path":"package.json","type":"create","modified":"["}]}]""",
        "package.json cannot be read")]
    [InlineData("historyMessages", """[{"type":"diff","diff":[{"path":"/x","type":"create","modified":""}]}]""", "'/x' cannot be used")]
    [InlineData("historyMessages", """{"type":"diff"}""", "expected array, received object")]
    [InlineData("historyMessages", "7", "expected array, received number")]
    [InlineData("historyMessages", "\"no history\"", "not valid JSON")]
    public async Task Source_ThatNoDeploymentCouldUse_IsRefusedWhereItIsSaved(string field, string json, string sentence)
    {
        using var answer = await PutAsync(await service.NewProjectAsync(), field, JsonNode.Parse(json)!);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var body = await answer.Content.ReadFromJsonAsync<JsonNode>();
        ((string)body!["code"]!).Should().Be("VALIDATION_ERROR");
        ((string)body["details"]!["fieldErrors"]![field]!.AsArray().Single()!).Should().Contain(sentence);
    }

    [Fact]
    public async Task Source_ThatIsRefused_LeavesTheOneBefore()
    {
        var project = await service.NewProjectAsync();
        using var saved = await PutAsync(project, "files", TestProject.Files(("index.html", "works")));
        using var refused = await PutAsync(project, "files", TestProject.Files(("index.html", "broken"), ("package.json", "{")));

        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await TestProject.VisitTextAsync(await project.DeployAsync())).Should().Be("works");
    }

    [Fact]
    public async Task UserId_OfAProjectThatIsThere_MakesAnotherItsOwner()
    {
        var project = await service.NewProjectAsync();

        using var answer = await service.Admin.PutAsJsonAsync(
            $"/projects/{project.Id}", new { organizationId = project.OrganizationId, userId = "heir" });

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var saved = await service.Admin.GetFromJsonAsync<JsonNode>($"/projects/{project.Id}");
        ((string?)saved!["project"]!["userId"]).Should().Be("heir");
    }

    [Fact]
    public async Task UserId_OfACallerThatActsForOneUser_IsWhoAsksAndTakesNothingOver()
    {
        var project = await service.NewProjectAsync();
        using var issued = await service.Admin.PostAsJsonAsync(
            "/tokens",
            new { name = "colleague", organizationId = project.OrganizationId, userId = "colleague", scopes = new[] { "projects:write" } });
        using var colleague = service.ClientWith((string)(await issued.Content.ReadFromJsonAsync<JsonNode>())!["secret"]!);

        using var answer = await colleague.PutAsJsonAsync(
            $"/projects/{project.Id}", new { organizationId = project.OrganizationId, userId = "colleague", name = "Renamed" });

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var saved = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["project"]!;
        ((string?)saved["userId"], (string?)saved["name"]).Should().Be((project.UserId, "Renamed"));
    }

    [Fact]
    public async Task CustomDomain_OfAnotherProject_IsRefused()
    {
        var one = await service.NewProjectAsync();
        var two = await service.NewProjectInAsync(one);
        var domain = $"{one.Id}.example.org";

        using var first = await PutDomainAsync(one, domain.ToUpperInvariant());
        using var second = await PutDomainAsync(two, domain);
        using var garbage = await PutDomainAsync(two, "http://not a domain/");

        first.StatusCode.Should().Be(HttpStatusCode.OK);
        second.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        garbage.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task CustomDomain_OnTheLocalTarget_IsRoutedByHostUntilItIsGivenUp()
    {
        var project = await service.NewProjectAsync();
        var domain = $"{project.Id}.example.org";

        var done = await DeployAsync(project, domain, "own domain");

        ((string)done["status"]!).Should().Be("completed", "{0}", done);
        (await SeenAtAsync(domain, done)).Should().Be((HttpStatusCode.OK, "own domain"));
        ((string)done["customDomainDetails"]!["status"]!).Should().Be("active", "there is nobody to ask on this machine");

        using var givenUp = await PutDomainAsync(project, "");
        await Eventually.BecomesTrueAsync(
            async () => (await SeenAtAsync(domain, done)).Status == HttpStatusCode.NotFound, TimeSpan.FromSeconds(30),
            "nobody waits for the yearly round");
    }

    [Fact]
    public async Task CustomDomain_WhenTwoProjectsAskForItAtOnce_LeadsToTheOneThatGotIt()
    {
        var one = await service.NewProjectAsync();
        var two = await service.NewProjectInAsync(one);
        var domain = $"{one.Id}.example.org";

        var ends = await Task.WhenAll(DeployAsync(one, domain, "one"), DeployAsync(two, domain, "two"));

        var winner = (string)ends[0]["status"]! == "completed" ? 0 : 1;
        ((string)ends[winner]["status"]!).Should().Be("completed", "{0}", ends[winner]);
        ((string)ends[1 - winner]["status"]!).Should().Be("failed");
        (await SeenAtAsync(domain, ends[winner])).Should().Be((HttpStatusCode.OK, winner == 0 ? "one" : "two"));
    }

    private static async Task<JsonNode> DeployAsync(TestProject project, string domain, string page)
    {
        var body = project.Request(TestProject.Files(("index.html", page)));
        body["customDomain"] = domain;
        using var answer = await project.PostAsync(body);
        return await project.EndOfAsync((await answer.Content.ReadFromJsonAsync<JsonNode>())!["deploymentId"]!.GetValue<string>());
    }

    /// <summary>What a visitor of the domain gets from where a deployed site answers.</summary>
    private static async Task<(HttpStatusCode Status, string Page)> SeenAtAsync(string domain, JsonNode deployed)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{new Uri((string)deployed["workerUrl"]!).Port}/");
        request.Headers.Host = domain;
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task<HttpResponseMessage> PutDomainAsync(TestProject project, string domain) => PutAsync(project, "customDomain", domain);

    private Task<HttpResponseMessage> PutAsync(TestProject project, string field, JsonNode value) => service.Admin.PutAsJsonAsync(
        $"/projects/{project.Id}",
        new JsonObject { ["organizationId"] = project.OrganizationId, ["userId"] = project.UserId, [field] = value });
}
