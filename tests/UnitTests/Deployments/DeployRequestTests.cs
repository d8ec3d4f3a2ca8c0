using System.Text.Json;
using Libra.Deploy.WebApi.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class DeployRequestTests
{
    [Theory]
    [InlineData("""{"projectId":"p","orgId":"o","userId":"u","initFiles":{}}""", false)] // as recorded of an old client: the template
    [InlineData("""{"projectId":"p","orgId":"o","userId":"u","initFiles":null}""", false)]
    [InlineData("""{"projectId":"p","orgId":"o","userId":"u","initFiles":[]}""", true)]
    [InlineData("""{"projectId":"p","orgId":"o","userId":"u","initFiles":{"a.txt":{"type":"file","content":"x"}}}""", true)]
    public void InitFiles_ThatAreAnEmptyTree_AreNoSourceOfTheRequestsOwn(string body, bool isSource)
    {
        using var json = JsonDocument.Parse(body);

        var command = DeployRequest.Read(json.RootElement, "r1").Value;

        (command.Source is not null).Should().Be(isSource);
    }
}
