using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Deployments;

public sealed class LogTests(LibraService service)
{
    private const string ManyLines = """{"name":"x","private":true,"scripts":{"build":"for i in $(seq 1 300); do echo line-$i; done; mkdir -p dist && cp index.html dist/"}}""";

    [Fact]
    public async Task Stream_OpenedWhileBuilding_GivesEveryLineOnceAndEnds()
    {
        var project = await service.NewProjectAsync();
        var id = await project.StartAsync(TestProject.Files(("package.json", ManyLines), ("index.html", "x")));

        var readers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => ServerEvents.ReadToEndAsync(service.Admin, $"/deploy/{id}/logs/stream")));

        var stored = await service.Admin.GetFromJsonAsync<JsonNode>($"/deploy/{id}/logs?limit=5000");
        var expected = stored!["entries"]!.AsArray().Select(entry => entry!["seq"]!.GetValue<long>()).ToList();
        expected.Should().Equal(Enumerable.Range(1, expected.Count).Select(seq => (long)seq), "the numbers have no holes");
        stored["complete"]!.GetValue<bool>().Should().BeTrue();
        foreach (var events in readers)
        {
            events.Where(read => read.Name == "log").Select(read => read.Data["seq"]!.GetValue<long>()).Should().Equal(expected);
            events[^1].Name.Should().Be("end");
            events[^1].Data["status"]!.GetValue<string>().Should().Be("completed");
        }
    }

    [Fact]
    public async Task Stream_ResumedWithTheLastId_GoesOnBehindIt()
    {
        var project = await service.NewProjectAsync();
        var done = await project.DeployPageAsync("x");

        var events = await ServerEvents.ReadToEndAsync(service.Admin, $"/deploy/{done["deploymentId"]}/logs/stream", lastEventId: 3);

        events.First(read => read.Name == "log").Data["seq"]!.GetValue<long>().Should().Be(4);
    }

    [Fact]
    public async Task Logs_ByPagesInBothOrders_GiveTheSameLines()
    {
        var project = await service.NewProjectAsync();
        var done = await project.DeployAsync(TestProject.Files(("package.json", ManyLines), ("index.html", "x")));

        var up = await PagesAsync(done["deploymentId"]!.GetValue<string>(), "asc");
        var down = await PagesAsync(done["deploymentId"]!.GetValue<string>(), "desc");

        up.Count.Should().BeGreaterThan(300);
        down.Should().Equal(up.AsEnumerable().Reverse());
    }

    [Fact]
    public async Task Logs_AsText_AreLines()
    {
        var project = await service.NewProjectAsync();
        var done = await project.DeployPageAsync("x");

        using var answer = await TextAsync(done["deploymentId"]!.GetValue<string>(), string.Empty);

        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/plain");
        (await answer.Content.ReadAsStringAsync()).Should().Contain("Live at http");
    }

    [Fact]
    public async Task Logs_AsText_SayWhereTheNextPageBegins()
    {
        var project = await service.NewProjectAsync();
        var id = (await project.DeployPageAsync("x"))["deploymentId"]!.GetValue<string>();

        await Eventually.BecomesTrueAsync(
            async () => (bool)(await service.Admin.GetFromJsonAsync<JsonNode>($"/deploy/{id}/logs"))!["complete"]!,
            TimeSpan.FromSeconds(30), "the log is sealed");

        using var first = await TextAsync(id, "?limit=2");
        using var rest = await TextAsync(id, "?cursor=2");

        first.Header("X-Next-Cursor").Should().Be("2");
        first.Header("Access-Control-Expose-Headers").Should().Be("X-Request-Id,X-Response-Time,X-Next-Cursor");
        rest.Header("X-Next-Cursor").Should().BeNull("there is no page behind it");
        rest.Header("Access-Control-Expose-Headers").Should().Be("X-Request-Id,X-Response-Time");
        using var whole = await TextAsync(id, string.Empty);
        (await whole.Content.ReadAsStringAsync())
            .Should().Be(await first.Content.ReadAsStringAsync() + await rest.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Logs_WithAnEmptyCursor_BeginWhereTheirOrderBegins()
    {
        var project = await service.NewProjectAsync();
        var done = await project.DeployPageAsync("x");

        var page = await service.Admin.GetFromJsonAsync<JsonNode>($"/deploy/{done["deploymentId"]}/logs?cursor=&order=desc&limit=1");

        ((string?)page!["entries"]!.AsArray().Single()!["message"]).Should().StartWith("Live at");
    }

    [Fact]
    public async Task SecretInTheBuildsOutput_IsNeverStored()
    {
        var secret = "ghp_" + new string('a', 18) + "0123456789ABCDEFGH";
        var project = await service.NewProjectAsync();
        var manifest = ManyLines.Replace("line-$i", "token=" + secret, StringComparison.Ordinal);

        var done = await project.DeployAsync(TestProject.Files(("package.json", manifest), ("index.html", "x")));

        var log = await service.Admin.GetStringAsync($"/deploy/{done["deploymentId"]}/logs?limit=5000");
        log.Should().Contain("[redacted]").And.NotContain(secret);
    }

    [Theory]
    [InlineData("index.html", "<h1>plain</h1>", "Nothing to install or build: storing the files as they are")]
    [InlineData("wrangler.json", """{ "assets": { "directory": "." } }""", "No package.json, so nothing to install: building")]
    [InlineData("package.json", """{ "scripts": { "build": "mkdir dist && echo hi > dist/index.html" } }""", "Installing dependencies and building")]
    public async Task BuildStep_OfAnyKindOfProject_BeginsWithWhatItDoes(string path, string content, string line)
    {
        var project = await service.NewProjectAsync();

        var done = await project.DeployAsync(TestProject.Files((path, content)));

        var log = await service.Admin.GetFromJsonAsync<JsonNode>($"/deploy/{done["deploymentId"]}/logs?step=build");
        ((string?)log!["entries"]![0]!["message"]).Should().Be(line);
    }

    private async Task<HttpResponseMessage> TextAsync(string id, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/deploy/{id}/logs{query}");
        request.Headers.Accept.ParseAdd("text/plain");
        return await service.Admin.SendAsync(request);
    }

    private async Task<List<long>> PagesAsync(string id, string order)
    {
        var lines = new List<long>();
        for (long? cursor = null; ;)
        {
            var page = await service.Admin.GetFromJsonAsync<JsonNode>(
                $"/deploy/{id}/logs?limit=70&order={order}" + (cursor is null ? "" : $"&cursor={cursor}"));
            lines.AddRange(page!["entries"]!.AsArray().Select(entry => entry!["seq"]!.GetValue<long>()));
            cursor = page["nextCursor"]?.GetValue<long>();
            if (cursor is null) return lines;
        }
    }
}
