using System.Collections.Concurrent;
using Libra.Deploy.Cli;
using Libra.Deploy.Cli.Api;
using Libra.Deploy.Cli.CommandLine;
using Libra.Deploy.IntegrationTests.Access;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Cli;

/// <summary>What the program does when the way to the service breaks.</summary>
public sealed class ConnectionLossTests
{
    private const string Id = "deploy_1_abc";
    private const string End = """{"deploymentId":"deploy_1_abc","projectId":"p","status":"completed","progress":100,"stage":"","attempt":1,"maxAttempts":4,"steps":{},"createdAt":"2026-11-23T09:00:00.000Z","workerUrl":"http://live"}""";

    [Fact]
    public async Task Logs_WhenTheConnectionBreaks_GoOnBehindTheLastLine()
    {
        var asked = new ConcurrentQueue<string>();
        await using var server = await StubServer.StartAsync(async context =>
        {
            asked.Enqueue(context.Request.Headers["Last-Event-ID"].ToString());
            if (asked.Count == 2)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable; // a node that stops
                return;
            }

            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(asked.Count == 1 ? Line(1) + Line(2) : Line(3) + $"event: end\ndata: {End}\n\n");
        });

        var followed = await CommandCall.RunAsync(server.Url, "ldt_x", "logs", "-f", Id);

        followed.ExitCode.Should().Be(0, followed.Error);
        followed.Lines.Should().Equal("  line 1", "  line 2", "  line 3", "Live at http://live");
        asked.Should().Equal("", "2", "2");
        followed.Error.Should().Be("No connection to the service; trying again for two minutes.\n", "a person wonders why nothing comes");
    }

    [Fact]
    public async Task Logs_WhenStreamAfterStreamEndsWithoutAnEvent_GiveUpAfterTwoMinutes()
    {
        var clock = new HurriedClock();
        var asked = 0;
        await using var server = await StubServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(Interlocked.Increment(ref asked) < 200 ? ": still here\n\n" : $"event: end\ndata: {End}\n\n");
        });
        using var api = LibraApi.For(new Connection(server.Url, "ldt_x"), clock);
        var notes = new List<string>();
        var events = new EventStream(api, notes.Add).ReadAsync(Id, TestContext.Current.CancellationToken);

        var following = async () => await events.ToListAsync(TestContext.Current.CancellationToken);

        await following.Should().ThrowAsync<ServiceAwayException>();
        clock.Passed.Should().BeCloseTo(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10));
        notes.Should().ContainSingle();
    }

    [Fact]
    public async Task Logs_WhenAConnectionIsTakenAndNothingEverComes_ReconnectAndGoOnBehindTheLastLine()
    {
        var clock = new HurriedClock();
        var asked = new ConcurrentQueue<string>();
        await using var server = await StubServer.StartAsync(async context =>
        {
            asked.Enqueue(context.Request.Headers["Last-Event-ID"].ToString());
            if (asked.Count == 2)
            {
                clock.ReachLimits();
                await Fault.GoneAsync(context); // a node that hangs, or a proxy before one that is gone
            }

            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(asked.Count == 1 ? Line(1) : Line(2) + $"event: end\ndata: {End}\n\n");
        });
        using var api = LibraApi.For(new Connection(server.Url, "ldt_x"), clock);
        var events = new EventStream(api, _ => { }).ReadAsync(Id, TestContext.Current.CancellationToken);

        var happened = await events.ToListAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience);

        happened.Select(one => one.Name).Should().Equal("log", "log", "end");
        asked.Should().Equal("", "1", "1");
    }

    [Fact]
    public async Task Logs_WhenTheFirstConnectionIsTakenAndNothingEverComes_SayThatNobodyAnswers()
    {
        var clock = new HurriedClock();
        await using var server = await StubServer.StartAsync(context =>
        {
            clock.ReachLimits();
            return Fault.GoneAsync(context);
        });
        using var api = LibraApi.For(new Connection(server.Url, "ldt_x"), clock);
        var events = new EventStream(api, _ => { }).ReadAsync(Id, TestContext.Current.CancellationToken);

        var following = () => events.ToListAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience);

        await following.Should().ThrowAsync<ServiceAwayException>().WithMessage("*does not answer (Nothing came for 50 s.)*");
    }

    [Fact]
    public async Task Logs_WhenAPageAnswersInsteadOfAStream_AskAtOnceWhetherTheAddressIsRight()
    {
        var asked = 0;
        await using var server = await StubServer.StartAsync(async context =>
        {
            var isFirst = Interlocked.Increment(ref asked) == 1;
            context.Response.ContentType = isFirst ? "text/html" : "text/event-stream";
            await context.Response.WriteAsync(isFirst ? "<html>It works!</html>" : $"event: end\ndata: {End}\n\n");
        });

        var followed = await CommandCall.RunAsync(server.Url, "ldt_x", "logs", "-f", Id);

        followed.ExitCode.Should().Be(1);
        followed.Error.Should().Contain("Is the address right?");
        asked.Should().Be(1);
    }

    [Fact]
    public async Task Logs_WhenNobodyHasEverAnswered_SaySoAtOnce()
    {
        var followed = await CommandCall.RunAsync(new Uri("http://127.0.0.1:1"), "ldt_x", "logs", "-f", Id);

        followed.ExitCode.Should().Be(1);
        followed.Error.Should().StartWith("libra: The service at http://127.0.0.1:1 does not answer", "there is no connection to lose");
    }

    [Fact]
    public async Task Logs_WhenThePersonStops_LeaveTheDeploymentRunningAndSayHowToGoOn()
    {
        using var interrupted = new CancellationTokenSource();
        await using var server = await StubServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(Line(1));
            await context.Response.Body.FlushAsync();
            await interrupted.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var output = new StringWriter();
        using var error = new StringWriter();

        var code = await CommandRunner.RunAsync(
            ["logs", "-f", Id, "--url", server.Url.ToString()], new Terminal(output, error), _ => null, interrupted.Token);

        code.Should().Be(130);
        error.ToString().Should().Contain($"libra logs -f {Id}").And.Contain($"libra cancel {Id}");
    }

    [Fact]
    public async Task AnyCommand_WhenNobodyAnswers_SaysSoWithoutAStack()
    {
        var nobody = new Uri("http://127.0.0.1:1");

        var person = await CommandCall.RunAsync(nobody, "ldt_x", "status");
        var program = await CommandCall.RunAsync(nobody, "ldt_x", "status", "--json");

        person.ExitCode.Should().Be(1);
        person.Error.Should().StartWith("libra: The service at http://127.0.0.1:1 does not answer").And.NotContain("   at ");
        ((string?)program.Json["code"]).Should().Be("SERVICE_AWAY");
    }

    [Fact]
    public async Task AnyCommand_WhenSomethingElseAnswers_AsksWhetherTheAddressIsRight()
    {
        await using var server = await StubServer.StartAsync(context => context.Response.WriteAsync("<html>It works!</html>"));

        var asked = await CommandCall.RunAsync(server.Url, "ldt_x", "status");

        asked.ExitCode.Should().Be(1);
        asked.Error.Should().Contain("Is the address right?");
    }

    [Fact]
    public async Task AnyCommand_WhenAPageOfNoKnownEncodingAnswers_AsksWhetherTheAddressIsRight()
    {
        await using var server = await StubServer.StartAsync(context =>
        {
            context.Response.ContentType = "text/html; charset=utf8x";
            return context.Response.WriteAsync("<html>It works!</html>");
        });

        var asked = await CommandCall.RunAsync(server.Url, "ldt_x", "status");

        asked.ExitCode.Should().Be(1);
        asked.Error.Should().Contain("Is the address right?");
    }

    [Theory]
    [InlineData(200, """{"items":[]}""")]
    [InlineData(404, """{"code":7,"message":["Cannot GET /status/deployments"]}""")]
    public async Task AnyCommand_WhenAnotherServiceAnswersInJson_AsksWhetherTheAddressIsRight(int status, string body)
    {
        await using var server = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });

        var asked = await CommandCall.RunAsync(server.Url, "ldt_x", "status", "--json");

        asked.ExitCode.Should().Be(1);
        ((string?)asked.Json["code"]).Should().Be("UNEXPECTED_ANSWER");
    }

    [Fact]
    public async Task Status_OfADeploymentThatWaits_SaysForWhatInPlainWords()
    {
        var waiting = End.Replace("\"completed\"", "\"pending\"", StringComparison.Ordinal).Replace(
            "{\"deploymentId\"", "{\"success\":true,\"queue\":{\"position\":3,\"waitingFor\":\"organization\"},\"deploymentId\"",
            StringComparison.Ordinal);
        await using var server = await StubServer.StartAsync(context => context.Response.WriteAsync(waiting));

        var asked = await CommandCall.RunAsync(server.Url, "ldt_x", "status", Id);

        asked.Lines.Should().Contain("It waits for another deployment of its organization to end, at place 3.");
    }

    [Fact]
    public async Task Deploy_WhenTheAnswerIsLost_IsSentAgainUnderTheSameKey()
    {
        var keys = new ConcurrentQueue<string>();
        var folder = Directory.CreateTempSubdirectory("libra-folder-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "index.html"), "hello", TestContext.Current.CancellationToken);
        await using var server = await StubServer.StartAsync(async context =>
        {
            keys.Enqueue(context.Request.Headers["Idempotency-Key"].ToString());
            await context.Request.Body.CopyToAsync(Stream.Null);
            if (keys.Count == 1) context.Abort();
            else await context.Response.WriteAsJsonAsync(new { success = true, deploymentId = Id });
        });

        var sent = await CommandCall.RunAsync(
            server.Url, "ldt_x", "deploy", folder.FullName, "--project", "p", "--org", "o", "--user", "u", "--detach");

        folder.Delete(recursive: true);
        sent.ExitCode.Should().Be(0, sent.Error);
        sent.Lines[^1].Should().Be(Id);
        keys.Should().HaveCount(2);
        keys.Distinct().Should().ContainSingle().Which.Should().NotBeEmpty();
    }

    /// <summary>Short waits are over at once, and what they would have taken has passed; limits are reached when a test says so.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);
        private readonly ConcurrentQueue<ITimer> _limits = [];
        private long _passed;

        public TimeSpan Passed => TimeSpan.FromTicks(Interlocked.Read(ref _passed));

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _passed);

        /// <summary>Lets all end that are waited for at this moment.</summary>
        public void ReachLimits()
        {
            foreach (var limit in _limits) limit.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > Short)
            {
                var limit = base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
                _limits.Enqueue(limit);
                return limit;
            }

            Interlocked.Add(ref _passed, dueTime.Ticks);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }

    private static string Line(int seq) => $"event: log\nid: {seq}\ndata: {{\"seq\":{seq},\"message\":\"line {seq}\"}}\n\n";
}
