using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Credentials;
using Libra.Deploy.Infrastructure.Targets.Cloudflare;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Budget;
using Microsoft.Extensions.Logging.Abstractions;

namespace Libra.Deploy.UnitTests.Cloudflare;

/// <summary>Every refusal that is known: who is responsible, whether it is tried again, and what the user reads.</summary>
public sealed class ErrorTableTests
{
    private const string Account = "023e105f4ecef8ad9ca31a8372d0c353";
    private const string Words = "words of Cloudflare";

    /// <summary>Code, category, part of the sentence.</summary>
    public static TheoryData<int, FailureCategory, string> Codes => new()
    {
        { 1000, FailureCategory.Platform, "CLOUDFLARE_API_TOKEN" },
        { 1001, FailureCategory.Platform, "CLOUDFLARE_API_TOKEN" },
        { 6003, FailureCategory.Platform, "CLOUDFLARE_API_TOKEN" },
        { 6111, FailureCategory.Platform, "CLOUDFLARE_API_TOKEN" },
        { 7003, FailureCategory.Platform, "CLOUDFLARE_ACCOUNT_ID" },
        { 9106, FailureCategory.Platform, "CLOUDFLARE_API_TOKEN" },
        { 9109, FailureCategory.Platform, "'Workers Scripts: Edit (account)'" },
        { 10000, FailureCategory.Platform, "'Workers Scripts: Edit (account)'" },
        { 10001, FailureCategory.Platform, "kind of upload" },
        { 10002, FailureCategory.Provider, "internal error" },
        { 10006, FailureCategory.User, "parse the worker's code. " + Words },
        { 10007, FailureCategory.Platform, "DISPATCH_NAMESPACE_NAME" },
        { 10013, FailureCategory.Provider, "internal error" },
        { 10014, FailureCategory.Provider, "internal error" },
        { 10015, FailureCategory.Platform, "not entitled to Workers" },
        { 10016, FailureCategory.Platform, "worker's name" },
        { 10018, FailureCategory.Provider, "same moment" },
        { 10021, FailureCategory.User, "refused the worker. " + Words },
        { 10023, FailureCategory.Platform, "Workers for Platforms is not part" },
        { 10026, FailureCategory.Platform, "read the upload" },
        { 10027, FailureCategory.User, "too large" },
        { 10035, FailureCategory.Provider, "same moment" },
        { 10037, FailureCategory.Platform, "no room" },
        { 10052, FailureCategory.User, Words },
        { 10054, FailureCategory.User, Words },
        { 10055, FailureCategory.User, Words },
        { 10056, FailureCategory.User, Words },
        { 10057, FailureCategory.User, Words },
        { 10068, FailureCategory.User, "no event handler" },
        { 10069, FailureCategory.User, "event handler" },
        { 10074, FailureCategory.User, "migrations" },
        { 10075, FailureCategory.Platform, "paid plan" },
        { 100402, FailureCategory.User, "Durable Objects" },
        { -1, FailureCategory.Provider, "upload of files" },
        { 1404, FailureCategory.Platform, "no custom hostnames" },
        { 1405, FailureCategory.Platform, "no custom hostname left" },
        { 1406, FailureCategory.Provider, "same moment" },
        { 1407, FailureCategory.User, "custom domain. " + Words },
        { 1408, FailureCategory.User, "custom domain" },
        { 1409, FailureCategory.User, "custom domain" },
        { 1410, FailureCategory.User, "custom domain" },
        { 1411, FailureCategory.User, "custom domain" },
        { 1413, FailureCategory.Platform, "custom metadata" },
        { 1414, FailureCategory.Platform, "custom origin" },
        { 1432, FailureCategory.Platform, "certificate settings" },
        { 1433, FailureCategory.Platform, "certificate settings" },
        { 1436, FailureCategory.Platform, "not at Cloudflare" },
        { 1440, FailureCategory.Platform, "certificate settings" },
        { 1500, FailureCategory.Provider, "internal error" },
    };

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Send_WhenRefusedWithACode_GivesItsCategoryRetryAndSentence(int code, FailureCategory category, string sentence)
    {
        var http = new ScriptedHttp(ScriptedHttp.Answer(400, Envelope(code)));

        var error = await SendAsync(http);

        Expect(error, category, sentence);
        http.Asked.Should().HaveCount(category == FailureCategory.Provider ? 3 : 1, "only what may pass is tried again");
    }

    [Fact]
    public void Codes_WhenTheTableGrows_GrowWithIt() =>
        Codes.Select(row => row.Data.Item1).Should().BeEquivalentTo(CloudflareErrors.KnownCodes, "every row has to be provoked");

    [Theory]
    [InlineData(401, FailureCategory.Platform, "CLOUDFLARE_API_TOKEN")]
    [InlineData(403, FailureCategory.Platform, "permission")]
    [InlineData(404, FailureCategory.Platform, "DISPATCH_NAMESPACE_NAME")]
    [InlineData(408, FailureCategory.Provider, "408")]
    [InlineData(413, FailureCategory.User, "too large")]
    [InlineData(418, FailureCategory.Platform, "418")]
    [InlineData(425, FailureCategory.Provider, "425")]
    [InlineData(429, FailureCategory.Provider, "no more calls")]
    [InlineData(500, FailureCategory.Provider, "500")]
    [InlineData(502, FailureCategory.Provider, "502")]
    [InlineData(503, FailureCategory.Provider, "503")]
    [InlineData(504, FailureCategory.Provider, "504")]
    [InlineData(520, FailureCategory.Provider, "520")]
    [InlineData(524, FailureCategory.Provider, "524")]
    public async Task Send_WhenTheCodeIsUnknownOrTheAnswerIsHtml_DecidesByStatus(int status, FailureCategory category, string sentence)
    {
        Expect(await SendAsync(new ScriptedHttp(ScriptedHttp.Answer(status, Envelope(424242)))), category, sentence);
        Expect(await SendAsync(new ScriptedHttp(ScriptedHttp.Answer(status, "<html>"))), category, sentence);
    }

    [Fact]
    public async Task Send_WhenTheFirewallAnswers_NamesTheRay()
    {
        var error = await SendAsync(new ScriptedHttp(ScriptedHttp.Answer(403, "<html>", ("cf-mitigated", "challenge"), ("cf-ray", "8f00-FRA"))));

        Expect(error, FailureCategory.Platform, "firewall stopped the call");
        error.Description.Should().Contain("8f00-FRA");
    }

    [Fact]
    public async Task Send_WhenTheCauseIsInAChain_FindsIt()
    {
        const string chained = """{"success":false,"errors":[{"code":424242,"message":"outer","error_chain":[{"code":10021,"message":"inner"}]},null,5],"messages":null}""";

        Expect(await SendAsync(new ScriptedHttp(ScriptedHttp.Answer(400, chained))), FailureCategory.User, "outer; inner");
    }

    [Fact]
    public async Task Send_WhenMessagesQuoteSecretsOrControlCharacters_TakesThemOut()
    {
        var error = await SendAsync(new ScriptedHttp(ScriptedHttp.Answer(400, Envelope(10021, $"at /accounts/{Account} with tok-secret\\u001b[31m\\n"))));

        error.Description.Should().Contain("[account]").And.Contain("[token]").And.NotContain(Account).And.NotContain("tok-secret").And.NotContain("\u001b");
    }

    [Fact]
    public async Task Send_WhenUnreachable_MayBeTriedAgain() =>
        Expect(await SendAsync(new ScriptedHttp(ScriptedHttp.Unreachable("refused"))), FailureCategory.Provider, "cannot be reached");

    [Fact]
    public async Task Send_Always_SaysWhoAsks()
    {
        var agent = "";

        await SendAsync(new ScriptedHttp(request =>
        {
            agent = request.Headers.UserAgent.ToString();
            return ScriptedHttp.Answer(400, Envelope(10021))(request);
        }));

        agent.Should().StartWith("Libra-Deploy/");
    }

    [Theory]
    [InlineData("Basic realm")]
    [InlineData("-5")]
    [InlineData("Mon, 01 Jan 2001 00:00:00 GMT")]
    public async Task Send_WhenRetryAfterIsNonsenseOrPast_AsksForNoPause(string value)
    {
        var error = await SendAsync(new ScriptedHttp(ScriptedHttp.Answer(429, "", ("Retry-After", value))));

        error.Metadata!["retryAfter"].Should().Be(TimeSpan.Zero);
    }

    private static void Expect(Error error, FailureCategory category, string sentence)
    {
        var failure = FailureCauses.Of(error, DeploymentStep.Deploy, []);
        failure.Category.Should().Be(category, error.Description);
        failure.Code.Should().Be(category == FailureCategory.User ? "TARGET_REJECTED" : "TARGET_UNAVAILABLE");
        failure.Message.Should().Contain(sentence);
        error.Type.Should().Be(category == FailureCategory.Provider ? ErrorType.Unexpected : ErrorType.Failure);
    }

    private static async Task<Error> SendAsync(ScriptedHttp http)
    {
        var options = new CloudflareOptions { AccountId = Account, ApiToken = new ServiceKey("tok-secret"), ApiBaseUrl = new Uri("https://api.example.org/v4/"), CallTimeout = TimeSpan.FromHours(2) };
        using var invoker = new HttpMessageInvoker(http);
        var api = new CloudflareApi(options, invoker, new OpenBudget(), new HastyClock(), NullLogger<CloudflareApi>.Instance);

        var answer = await api.SendAsync(new ApiCall("test", HttpMethod.Get, "x"), TestContext.Current.CancellationToken);

        return answer.FirstError;
    }

    private static string Envelope(int code, string message = Words) => $$"""{"success":false,"errors":[{"code":{{code}},"message":"{{message}}"}]}""";

    private sealed class OpenBudget : ICallBudget
    {
        public Task<ErrorOr<Success>> TakeAsync(bool interactive, CancellationToken cancellationToken) => Task.FromResult<ErrorOr<Success>>(Result.Success);

        public Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
