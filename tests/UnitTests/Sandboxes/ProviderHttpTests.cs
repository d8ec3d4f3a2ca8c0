using System.Net;
using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Credentials;
using Libra.Deploy.Infrastructure.Sandboxes.Remote;
using Libra.Deploy.Infrastructure.Sandboxes.Remote.E2B;
using Libra.Deploy.UnitTests.Cloudflare;

namespace Libra.Deploy.UnitTests.Sandboxes;

/// <summary>Answers of sandbox services, some of which come from machines in which project code ran.</summary>
public sealed class ProviderHttpTests
{
    private const string NoCpu = """{"statusCode":403,"message":"Total CPU limit exceeded. Maximum allowed: 10"}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // Longer than what the hasty clock passes over.
    private static readonly TimeSpan NoLimit = TimeSpan.FromHours(2);

    [Theory]
    [InlineData(403, NoCpu)]
    [InlineData(400, """{"message":"Total memory quota exceeded"}""")]
    [InlineData(429, """{"code":429,"message":"you have reached the maximum number of concurrent E2B sandboxes (20)"}""")]
    public async Task NewSandbox_WhenTheQuotaIsUsedUp_IsTriedUntilAnotherEnds(int status, string refusal)
    {
        var full = ScriptedHttp.Answer(status, refusal);
        var service = new ScriptedHttp(full, full, full, full, full, ScriptedHttp.Answer(201, """{"id":"s"}"""));

        var made = await Http(service).JsonAsync(NewSandbox(), TestContext.Current.CancellationToken);

        made.Text("id").Should().Be("s");
        service.Asked.Should().HaveCount(6);
    }

    [Fact]
    public async Task NewSandbox_WhenTheQuotaStaysUsedUp_MayBeTriedLaterAndSaysWhatIsUsedUp()
    {
        var service = new ScriptedHttp(ScriptedHttp.Answer(403, NoCpu));

        var call = NewSandbox() with { WaitForQuota = TimeSpan.FromSeconds(12) };
        var failure = await FailureAsync(Http(service).JsonAsync(call, TestContext.Current.CancellationToken));

        failure.Transient.Should().BeTrue();
        failure.Message.Should().Contain("Total CPU limit exceeded. Maximum allowed: 10");
        service.Asked.Should().HaveCount(3, "none is begun after the time");
    }

    [Fact]
    public async Task NewSandbox_WhenAskedForAPauseWithinItsTime_WaitsThatLong()
    {
        var service = new ScriptedHttp(
            ScriptedHttp.Answer(429, "{}", ("Retry-After-sandbox-create", "25")), ScriptedHttp.Answer(201, """{"id":"s"}"""));

        (await Http(service).JsonAsync(NewSandbox(), TestContext.Current.CancellationToken)).Text("id").Should().Be("s");
    }

    [Fact]
    public async Task NewSandbox_WhenAskedForAPauseBeyondItsTime_SaysForHowLong()
    {
        var service = new ScriptedHttp(ScriptedHttp.Answer(429, "{}", ("Retry-After-sandbox-create", "45")));

        var failure = await FailureAsync(Http(service).JsonAsync(NewSandbox(), TestContext.Current.CancellationToken));

        (failure.Transient, failure.RetryAfter).Should().Be((true, TimeSpan.FromSeconds(45)));
        service.Asked.Should().ContainSingle();
    }

    [Fact]
    public async Task NewSandbox_WhenItIsForbidden_IsLastingAndSaysWhy()
    {
        var service = new ScriptedHttp(ScriptedHttp.Answer(403, """{"message":"Organization is suspended"}"""));

        var failure = await FailureAsync(Http(service).JsonAsync(NewSandbox(), TestContext.Current.CancellationToken));

        failure.Transient.Should().BeFalse();
        failure.Message.Should().Contain("E2B_API_KEY").And.EndWith("Organization is suspended");
        service.Asked.Should().ContainSingle();
    }

    [Fact]
    public async Task Json_WhenTheAnswerIsEndless_IsNotReadOn()
    {
        using var body = new ServiceBody(spaces: 64 << 20, """{"id":"s"}""");

        var failure = await FailureAsync(Http(Answering(200, body)).JsonAsync(Once(NoLimit), TestContext.Current.CancellationToken));

        failure.Message.Should().Contain("no readable answer");
        body.Taken.Should().BeLessThan(9 << 20);
    }

    [Fact]
    public async Task Refusal_WhenItsWordsAreEndless_IsNotReadOn()
    {
        using var body = new ServiceBody(spaces: 1 << 20, """{"message":"so it is"}""");

        var failure = await FailureAsync(Http(Answering(400, body)).DoAsync(Once(NoLimit), TestContext.Current.CancellationToken));

        (failure.Transient, failure.Message).Should().Be((false, "E2B refused with 400 (a call)."));
        body.Taken.Should().BeLessThan(128 << 10);
    }

    [Fact]
    public async Task Json_WhenTheServiceStallsAfterItsHeaders_GivesUpInTime()
    {
        using var body = new ServiceBody(spaces: 0, text: null);
        var http = Http(Answering(200, body), TimeProvider.System);

        var failure = await FailureAsync(
            http.JsonAsync(Once(TimeSpan.FromMilliseconds(50)), TestContext.Current.CancellationToken).WaitAsync(Patience));

        failure.Transient.Should().BeTrue();
        failure.Message.Should().Be("E2B did not answer in time (a call).");
    }

    [Fact]
    public async Task Refusal_WhenItsWordsDoNotCome_IsARefusalAllTheSame()
    {
        using var body = new ServiceBody(spaces: 0, text: null);
        var http = Http(Answering(400, body), TimeProvider.System);

        var failure = await FailureAsync(
            http.DoAsync(Once(TimeSpan.FromMilliseconds(50)), TestContext.Current.CancellationToken).WaitAsync(Patience));

        (failure.Transient, failure.Message).Should().Be((false, "E2B refused with 400 (a call)."));
    }

    private static ProviderHttp Http(HttpMessageHandler service, TimeProvider? clock = null) => new(
        "E2B", "E2B_API_KEY", new E2BOptions { ApiKey = new ServiceKey("key") }, new HttpMessageInvoker(service),
        clock ?? new HastyClock());

    private static ProviderCall NewSandbox() =>
        Once(NoLimit) with { Code = "SANDBOX_CREATE_FAILED", Repeatable = true, WaitForQuota = TimeSpan.FromSeconds(27) };

    private static ProviderCall Once(TimeSpan timeout) =>
        new("a call", "SANDBOX_COMMAND_FAILED", () => new HttpRequestMessage(HttpMethod.Get, "https://service.test/"))
        {
            Timeout = timeout,
            Repeatable = false,
        };

    private static ScriptedHttp Answering(int status, Stream body) =>
        new(_ => new HttpResponseMessage((HttpStatusCode)status) { Content = new StreamContent(body) });

    private static async Task<SandboxException> FailureAsync(Task call) =>
        (await FluentActions.Awaiting(() => call).Should().ThrowAsync<SandboxException>()).Which;

    /// <summary>A body of many spaces and a text behind them; without a text it never ends.</summary>
    private sealed class ServiceBody(int spaces, string? text) : Stream
    {
        private readonly byte[] _end = Encoding.UTF8.GetBytes(text ?? "");

        public long Taken { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => Taken;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (text is null) await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            var count = (int)Math.Min(buffer.Length, spaces + _end.Length - Taken);
            for (var i = 0; i < count; i++, Taken++) buffer.Span[i] = Taken < spaces ? (byte)' ' : _end[Taken - spaces];
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();
    }
}
