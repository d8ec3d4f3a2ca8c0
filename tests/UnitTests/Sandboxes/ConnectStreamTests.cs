using System.Text;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Sandboxes.Remote;
using Libra.Deploy.Infrastructure.Sandboxes.Remote.E2B;

namespace Libra.Deploy.UnitTests.Sandboxes;

/// <summary>How a process at E2B ended is what its stream says, and nothing else.</summary>
public sealed class ConnectStreamTests
{
    private static readonly string Data = """{"event":{"data":{"stdout":"aGVsbG8K"}}}""";
    private static readonly string Start = """{"event":{"start":{"pid":42}}}""";

    [Theory]
    [InlineData("""{"event":{"end":{"exited":true,"status":"exit status 0"}}}""", 0)]
    [InlineData("""{"event":{"end":{"exited":true,"exitCode":3}}}""", 3)]
    [InlineData("""{"event":{"end":{"status":"signal: killed"}}}""", null)]
    [InlineData("""{"event":{"end":{"exited":false,"exitCode":-1}}}""", null)]
    public async Task Read_WhenTheProcessEnded_TellsHow(string end, int? code)
    {
        var (result, output) = await ReadAsync(
            Message(Start), Message("""{"event":{"keepalive":{}}}"""), Message(Data), Message(end), Message("{}", flags: 2));

        result.Should().Be(code);
        output.Should().Be("hello\n");
    }

    [Fact]
    public async Task Read_WhenTheStreamEndsWellWithoutTheProcesssEnd_IsNoSuccess() =>
        await FailsAsync(true, Message(Start), Message(Data), Message("{}", flags: 2));

    [Fact]
    public async Task Read_WhenTheStreamBreaksOff_IsNoSuccess() => await FailsAsync(true, Message(Start), Message(Data));

    [Fact]
    public async Task Read_WhenItBreaksOffInsideAMessage_IsNoSuccess() =>
        await FailsAsync(true, Message(Start), Message("""{"event":{"end":{"exited":true}}}""")[..20]);

    [Theory]
    [InlineData("unavailable", true)]
    [InlineData("deadline_exceeded", true)]
    [InlineData("unauthenticated", false)]
    [InlineData("invalid_argument", false)]
    public async Task Read_WhenTheCallFailed_SaysWhetherToTryAgain(string code, bool transient) =>
        await FailsAsync(transient, Message(Start), Message($$$"""{"error":{"code":"{{{code}}}","message":"m"}}""", flags: 2));

    [Fact]
    public async Task Read_WhenAMessageClaimsToBeHuge_TakesNoMemoryForIt() => await FailsAsync(true, [0, 0x7f, 0xff, 0xff, 0xff]);

    [Fact]
    public async Task Read_WhenAMessageIsNoJson_IsNoSuccess() => await FailsAsync(true, Message("<html>"));

    [Fact]
    public void Message_HasFlagsAndLengthInFront() =>
        ConnectStream.Message(new JsonObject { ["a"] = 1 }).Should().Equal([0, 0, 0, 0, 7, .. Encoding.UTF8.GetBytes("""{"a":1}""")]);

    private static byte[] Message(string json, byte flags = 0) => [flags, 0, 0, 0, (byte)json.Length, .. Encoding.UTF8.GetBytes(json)];

    private static async Task FailsAsync(bool transient, params byte[][] messages)
    {
        var failure = (await FluentActions.Awaiting(() => ReadAsync(messages)).Should().ThrowAsync<SandboxException>()).Which;
        (failure.Code, failure.Transient).Should().Be(("SANDBOX_COMMAND_FAILED", transient));
    }

    private static async Task<(int? Code, string Output)> ReadAsync(params byte[][] messages)
    {
        var output = new StringBuilder();
        using var silence = new SilenceWatch(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);
        var code = await ProcessStream.ReadAsync(
            new ConnectStream(new MemoryStream([.. messages.SelectMany(message => message)])), TakeAsync, silence);
        return (code, output.ToString());

        Task TakeAsync(SandboxStream stream, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        {
            output.Append(Encoding.UTF8.GetString(data.Span));
            return Task.CompletedTask;
        }
    }
}
