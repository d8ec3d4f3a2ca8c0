using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Service;
using Libra.Deploy.WebApi.Configuration;
using Microsoft.Extensions.DependencyInjection;
using static Libra.Deploy.IntegrationTests.Queue.DeadLetters;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>The dashboard as a browser meets it.</summary>
public sealed class DashboardTests(LibraService service)
{
    [Fact]
    public async Task AStranger_IsSentToTheLoginPageAndAProgramIsRefused()
    {
        using var browser = Browser();

        var page = await SendAsync(browser, HttpMethod.Get, "/hangfire");
        var program = await service.Stranger.GetAsync("/hangfire");

        page.StatusCode.Should().Be(HttpStatusCode.Redirect);
        page.Headers.Location!.OriginalString.Should().Be("/hangfire/login");
        program.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task SignIn_WithAToken_SetsACookieThatCountsOnlyForTheDashboard()
    {
        using var browser = Browser();

        var cookie = await SignInAsync(browser, await TokenAsync(service, null, "operations:read"));

        cookie.Should().Contain("httponly", "scripts must not read it").And.Contain("samesite=strict").And.Contain("path=/hangfire");
        (await SendAsync(browser, HttpMethod.Get, "/hangfire/dead-letters", cookie)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await SendAsync(browser, HttpMethod.Get, "/status/queue", cookie)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task SignIn_FromAnotherSiteOrForOneOrganization_IsRefused()
    {
        using var browser = Browser();
        var form = new Dictionary<string, string> { ["token"] = await TokenAsync(service, null, "operations:read") };
        var small = new Dictionary<string, string> { ["token"] = await TokenAsync(service, "org-one", "operations:read") };

        (await SendAsync(browser, HttpMethod.Post, "/hangfire/login", null, form, "cross-site")).StatusCode.Should().Be(
            HttpStatusCode.Forbidden);
        (await SendAsync(browser, HttpMethod.Post, "/hangfire/login", null, form, site: null)).StatusCode.Should().Be(
            HttpStatusCode.Forbidden);
        (await SendAsync(browser, HttpMethod.Post, "/hangfire/login", null, small)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("/hangfire/login")]
    [InlineData("/hangfire/dead-letters/00000000-0000-0000-0000-000000000000")]
    [InlineData("/hangfire/recurring/trigger")]
    public async Task AForm_ThatCannotBeRead_IsRefusedAsTheClientsMistake(string address)
    {
        using var browser = Browser();
        var cookie = await SignInAsync(browser, await TokenAsync(service, null, "operations:read", "operations:write"));

        var unbounded = await SendAsync(
            browser, HttpMethod.Post, address, cookie, content: new StringContent("x", new MediaTypeHeaderValue("multipart/form-data")));
        var endless = await SendAsync(
            browser, HttpMethod.Post, address, cookie, Enumerable.Range(0, 2000).ToDictionary(number => $"f{number}", _ => ""));

        foreach (var answer in new[] { unbounded, endless })
        {
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            (await answer.Content.ReadAsStringAsync()).Should().Contain("INVALID_REQUEST");
        }
    }

    [Theory]
    [InlineData("same-site", "cors", HttpStatusCode.Redirect)] // a script of a site that is deployed below the same domain
    [InlineData("same-site", "no-cors", HttpStatusCode.Redirect)]
    [InlineData("cross-site", "cors", HttpStatusCode.Redirect)]
    [InlineData("same-site", "navigate", HttpStatusCode.OK)] // a link
    [InlineData("none", "navigate", HttpStatusCode.OK)] // the address line
    [InlineData("same-origin", "cors", HttpStatusCode.OK)] // the dashboard's own script
    public async Task APage_WhenAScriptElsewhereAsksForIt_IsKeptFromIt(string site, string mode, HttpStatusCode expected)
    {
        using var browser = Browser();
        var cookie = await SignInAsync(browser, await TokenAsync(service, null, "operations:read"));

        var answer = await SendAsync(browser, HttpMethod.Get, "/hangfire/dead-letters", cookie, form: null, site, mode);

        answer.StatusCode.Should().Be(expected);
    }

    [Fact]
    public async Task Discard_OnThePage_WorksForOurOwnFormAndForNoOtherSite()
    {
        var letter = await ProvokeAsync(await service.NewProjectAsync());
        var address = $"/hangfire/dead-letters/{Text(letter, "id")}";
        using var browser = Browser();
        var cookie = await SignInAsync(browser, await TokenAsync(service, null, "operations:read", "operations:write"));
        var page = await DashboardForm.LoadAsync(browser, address, cookie);
        var form = new Dictionary<string, string> { ["action"] = "discard", ["note"] = "<b>gone</b>" };

        var bare = await SendAsync(browser, HttpMethod.Post, address, cookie, form);
        var unchanged = await TextAsync(browser, $"{address}?refused=INVALID_REQUEST", cookie);
        var forged = await page.PostAsync(browser, form, "cross-site");
        var own = await page.PostAsync(browser, form);

        bare.StatusCode.Should().Be(HttpStatusCode.SeeOther, "it lacks what only our page can know, and a person is told on the page");
        bare.Headers.Location!.OriginalString.Should().Be($"{address}?refused=INVALID_REQUEST");
        unchanged.Should().Contain("nothing was done").And.Contain("value=\"discard\"");
        forged.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        own.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        (await TextAsync(browser, address, cookie)).Should().Contain("discarded by").And.Contain("&lt;b&gt;gone&lt;/b&gt;");
    }

    [Fact]
    public async Task ADeadLetter_WhenTheObjectStoreIsAway_IsShownWithoutItsLines()
    {
        await using var own = await LibraService.StartAsync();
        var letter = await ProvokeAsync(await own.NewProjectAsync());
        var objects = Path.Combine(own.Services.GetRequiredService<HostSettings>().DataPath, "objects");
        Directory.Move(objects, objects + ".away");
        await File.WriteAllTextAsync(objects, "no folder any more", TestContext.Current.CancellationToken);

        using var answer = await own.Admin.GetAsync(
            $"/hangfire/dead-letters/{Text(letter, "id")}", TestContext.Current.CancellationToken);

        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, page);
        page.Should().Contain("What failed").And.Contain("value=\"replay\"").And.Contain("the object store is away");
    }

    [Fact]
    public async Task Replay_OnThePage_StartsANewDeploymentAndShowsIt()
    {
        var project = await service.NewProjectAsync();
        var letter = await ProvokeAsync(project, "<h1>from the page</h1>");
        var address = $"/hangfire/dead-letters/{Text(letter, "id")}";
        using var browser = Browser();
        var cookie = await SignInAsync(browser, await TokenAsync(service, null, "operations:read", "operations:write"));
        var page = await DashboardForm.LoadAsync(browser, address, cookie);

        var answer = await page.PostAsync(browser, new Dictionary<string, string> { ["action"] = "replay", ["note"] = "mended" });

        answer.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        answer.Headers.Location!.OriginalString.Should().Be(address, "nothing was refused");
        var settled = await service.Admin.GetFromJsonAsync<JsonNode>($"/status/queue/dead-letters/{Text(letter, "id")}");
        var replay = settled!["resolution"]!["replayId"]!.GetValue<string>();
        (await TextAsync(browser, address, cookie)).Should().Contain(replay);
        Text(await project.EndOfAsync(replay), "status").Should().Be("completed");
    }

    [Fact]
    public async Task Discard_WhenTheSignInHasEnded_LeadsOverTheSignInBackToTheLetter()
    {
        var address = $"/hangfire/dead-letters/{Guid.NewGuid()}";
        using var browser = Browser();
        var token = new Dictionary<string, string> { ["token"] = await TokenAsync(service, null, "operations:read") };

        var late = await SendAsync(browser, HttpMethod.Post, address, null, new Dictionary<string, string> { ["action"] = "discard" });
        var login = late.Headers.Location!.OriginalString;
        var page = await (await SendAsync(browser, HttpMethod.Get, login)).Content.ReadAsStringAsync();
        var back = await SendAsync(browser, HttpMethod.Post, login, null, token);
        var astray = await SendAsync(browser, HttpMethod.Post, "/hangfire/login?back=//elsewhere.example/hangfire/", null, token);

        late.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        page.Should().Contain("no longer signed in").And.Contain($"action=\"{login}\"");
        back.Headers.Location!.OriginalString.Should().Be(address);
        astray.Headers.Location!.OriginalString.Should().Be("/hangfire");
    }

    [Fact]
    public async Task LiveCounters_WithoutTheFormsToken_AreRefused()
    {
        using var browser = Browser();
        var cookie = await SignInAsync(browser, await TokenAsync(service, null, "operations:read"));

        var answer = await SendAsync(
            browser, HttpMethod.Post, "/hangfire/stats", cookie,
            new Dictionary<string, string> { ["metrics[]"] = "enqueued:count-or-null" });

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task AReader_SeesNoButtonsAndMayNotAct()
    {
        var letter = await ProvokeAsync(await service.NewProjectAsync());
        var address = $"/hangfire/dead-letters/{Text(letter, "id")}";
        using var browser = Browser();
        var cookie = await SignInAsync(browser, await TokenAsync(service, null, "operations:read"));

        (await TextAsync(browser, address, cookie)).Should().NotContain("value=\"discard\"").And.Contain("operations:write");
        (await SendAsync(browser, HttpMethod.Post, address, cookie, new Dictionary<string, string> { ["action"] = "discard" }))
            .StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task HangfiresOwnButtons_AreRefusedEvenToAnAdministrator()
    {
        using var browser = Browser();
        var cookie = await SignInAsync(browser, await TokenAsync(service, null, "admin"));

        foreach (var command in new[] { "failed/requeue", "failed/delete", "processing/delete", "scheduled/enqueue" })
        {
            var answer = await SendAsync(
                browser, HttpMethod.Post, $"/hangfire/jobs/{command}", cookie, new Dictionary<string, string> { ["jobs[]"] = "1" });
            ((int)answer.StatusCode).Should().BeInRange(401, 403, command);
        }
    }

    private HttpClient Browser() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = service.Stranger.BaseAddress };

    private static async Task<string> SignInAsync(HttpClient browser, string token)
    {
        var answer = await SendAsync(
            browser, HttpMethod.Post, "/hangfire/login", null, new Dictionary<string, string> { ["token"] = token });
        answer.StatusCode.Should().Be(HttpStatusCode.SeeOther);
        return answer.Headers.GetValues("Set-Cookie").Single();
    }

    private static async Task<string> TextAsync(HttpClient browser, string path, string cookie)
    {
        using var answer = await SendAsync(browser, HttpMethod.Get, path, cookie);
        return await answer.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient browser, HttpMethod method, string path, string? cookie = null, Dictionary<string, string>? form = null,
        string? site = "same-origin", string? mode = null, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Accept", "text/html");
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        if (mode is not null) request.Headers.Add("Sec-Fetch-Mode", mode);
        if (cookie is not null) request.Headers.Add("Cookie", cookie.Split(';')[0]);
        request.Content = content ?? (form is null ? null : new FormUrlEncodedContent(form));
        return await browser.SendAsync(request);
    }
}
