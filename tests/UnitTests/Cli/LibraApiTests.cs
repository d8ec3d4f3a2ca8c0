using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Libra.Deploy.Cli.Api;
using Libra.Deploy.Cli.Source;

namespace Libra.Deploy.UnitTests.Cli;

public sealed class LibraApiTests
{
    [Fact]
    public void Encode_OfAFile_TakesNoMoreThanItHas()
    {
        var file = SourceFile.Of("a.html", "<p title='größer'>1 + 1</p>"u8.ToArray());

        Encoding.UTF8.GetString(LibraApi.Encode(file)).Should().Be("""{"path":"a.html","content":"<p title='größer'>1 + 1</p>"}""");
    }

    [Fact]
    public async Task Open_WhenTheConnectionTakesTooLong_SaysThatTheServiceIsAway()
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromMilliseconds(1),
            ConnectCallback = async (_, cancellationToken) =>
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken); // nobody ever takes it
                return Stream.Null;
            },
        };
        using var api = LibraApi.Over(handler, new Connection(new Uri("http://127.0.0.1:1"), Token: null), TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Get, "deploy/deploy_1_abc/logs/stream");

        var opening = () => api.OpenAsync(request, TestContext.Current.CancellationToken);

        await opening.Should().ThrowAsync<ServiceAwayException>();
    }

    [Fact]
    public void Refusal_OfABodyThatIsTooLarge_SaysWhatMakesItSmaller()
    {
        var refused = new ApiRefusedException(
            HttpStatusCode.RequestEntityTooLarge, JsonNode.Parse("""{ "code": "PAYLOAD_TOO_LARGE", "message": "Too large." }"""));

        refused.Message.Should().StartWith("Too large. ").And.Contain("base64").And.Contain(".gitignore");
    }
}
