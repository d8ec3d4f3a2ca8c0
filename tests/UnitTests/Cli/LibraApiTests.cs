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
    public void Refusal_OfABodyThatIsTooLarge_SaysWhatMakesItSmaller()
    {
        var refused = new ApiRefusedException(
            HttpStatusCode.RequestEntityTooLarge, JsonNode.Parse("""{ "code": "PAYLOAD_TOO_LARGE", "message": "Too large." }"""));

        refused.Message.Should().StartWith("Too large. ").And.Contain("base64").And.Contain(".gitignore");
    }
}
