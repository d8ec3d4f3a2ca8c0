using System.Net;
using System.Text;
using System.Text.Json;

namespace Libra.Deploy.IntegrationTests.Http;

public sealed class JsonBodyTests(ShellHost host) : IClassFixture<ShellHost>
{
    private const string Good = """{"projectId":"p","orgId":"o","userId":"u"}""";

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON")]
    [InlineData("application/json; charset=UTF-8")]
    [InlineData("application/vnd.libra+json")]
    public async Task ContentType_WhenItIsJson_IsRead(string contentType)
    {
        var response = await host.Client.PostTextAsync("/deploy", Good, contentType);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/jsonp")]
    public async Task ContentType_WhenItIsNotJson_IsRefused(string? contentType)
    {
        var response = await host.Client.PostTextAsync("/deploy", Good, contentType);

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
        (await response.JsonAsync()).Text("code").Should().Be("UNSUPPORTED_MEDIA_TYPE");
    }

    [Theory]
    [InlineData("gzip", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("br", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("identity", HttpStatusCode.OK)]
    public async Task ContentEncoding_WhenItSaysCompressed_IsRefusedByThatName(string encoding, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/deploy") { Content = new StringContent(Good, Encoding.UTF8, "application/json") };
        request.Content.Headers.ContentEncoding.Add(encoding);

        var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.Should().Be(status);
        if (status != HttpStatusCode.OK) (await response.JsonAsync()).Text("message").Should().Contain("Content-Encoding");
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"projectId": "p-ok",""")]
    [InlineData("\uFEFF" + Good)]
    [InlineData("""{"projectId":"a\u0000b"}""")]
    [InlineData("""{"a\u0000":1}""")]
    [InlineData("""{"deep":[{"text":"\ud83d"}]}""")]
    [InlineData("""{"text":"\udc00\ud83d"}""")]
    [InlineData("""{"text":"\ud83d\ud83d\ude00"}""")]
    [InlineData("""{} {}""")]
    [InlineData("""{"a":01}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("/**/{}")]
    public async Task Body_WhenItCannotBeReadOrStored_IsRefused(string body)
    {
        var response = await host.Client.PostTextAsync("/deploy", body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var json = await response.JsonAsync();
        json.Text("error").Should().Be("INVALID_REQUEST");
        json.Text("code").Should().Be("INVALID_REQUEST");
    }

    [Fact]
    public async Task Body_WhenItIsNotUtf8_IsRefused()
    {
        var response = await host.Client.PostBytesAsync("/deploy", [.. "{\"projectId\":\""u8, 0xC3, 0x28, .. "\"}"u8]);

        (await response.JsonAsync()).Text("code").Should().Be("INVALID_REQUEST");
    }

    [Theory]
    [InlineData(64, "VALIDATION_ERROR")]
    [InlineData(65, "INVALID_REQUEST")]
    public async Task Body_WhenItIsDeep_IsReadToTheLimitOnly(int depth, string code)
    {
        var response = await host.Client.PostTextAsync("/deploy", new string('[', depth) + new string(']', depth));

        (await response.JsonAsync()).Text("code").Should().Be(code);
    }

    [Theory]
    [InlineData("""{"projectId":1,"projectId":"last","orgId":"o","userId":"u"}""", "last")]
    [InlineData("""{"projectId":"\ud83d\ude00 \\u0000 \n","orgId":"o","userId":"u","foo":1e999}""", "😀 \\u0000 \n")]
    public async Task Body_WhenItIsOddButHarmless_IsRead(string body, string project)
    {
        var response = await host.Client.PostTextAsync("/deploy", body);

        (await response.JsonAsync()).Text("project").Should().Be(project);
    }

    [Fact]
    public async Task Body_WhenItIsOverTheLimit_IsRefusedWithAndWithoutItsLength()
    {
        var big = Encoding.UTF8.GetBytes('"' + new string('x', ShellHost.MaxBodyBytes) + '"');
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/deploy") { Content = new StreamContent(new MemoryStream(big)) };
        chunked.Content.Headers.ContentType = new("application/json");
        chunked.Headers.TransferEncodingChunked = true;

        var known = await host.Client.PostBytesAsync("/deploy", big);
        var unknown = await host.Client.SendAsync(chunked);

        known.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        unknown.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        foreach (var refusal in new[] { await known.JsonAsync(), await unknown.JsonAsync() })
        {
            refusal.Text("error").Should().Be("PAYLOAD_TOO_LARGE");
            refusal.Text("message").Should().Be("The request body is larger than 1,000 bytes, the most that Http:MaxBodyBytes allows.");
        }
    }

    [Theory]
    [InlineData("[]", """{"formErrors":["Invalid input: expected object, received array"],"fieldErrors":{}}""")]
    [InlineData("null", """{"formErrors":["Invalid input: expected object, received null"],"fieldErrors":{}}""")]
    [InlineData("{}", """{"formErrors":[],"fieldErrors":{"projectId":["Invalid input: expected string, received undefined"],"orgId":["Invalid input: expected string, received undefined"],"userId":["Invalid input: expected string, received undefined"]}}""")]
    [InlineData("""{"projectId":1,"orgId":[],"userId":true}""", """{"formErrors":[],"fieldErrors":{"projectId":["Invalid input: expected string, received number"],"orgId":["Invalid input: expected string, received array"],"userId":["Invalid input: expected string, received boolean"]}}""")]
    [InlineData("""{"projectId":null,"orgId":{},"userId":""}""", """{"formErrors":[],"fieldErrors":{"projectId":["Invalid input: expected string, received null"],"orgId":["Invalid input: expected string, received object"],"userId":["User ID is required"]}}""")]
    [InlineData("""{"projectId":"","orgId":"","userId":"u"}""",
        """{"formErrors":[],"fieldErrors":{"projectId":["Project ID is required"],"orgId":["Organization ID is required"]}}""")]
    [InlineData("""{"projectId":"p","orgId":"o","userId":"u","priority":1e999,"config":{"timeout":1.5,"debug":"yes"}}""", """{"formErrors":[],"fieldErrors":{"priority":["Too big: expected number to be <=10"],"config.timeout":["Invalid input: expected int, received number"],"config.debug":["Invalid input: expected boolean, received string"]}}""")]
    [InlineData("""{"projectId":"p","orgId":"o","userId":"u","priority":-1,"config":[]}""", """{"formErrors":[],"fieldErrors":{"priority":["Too small: expected number to be >=0"],"config":["Invalid input: expected object, received array"]}}""")]
    public async Task Fields_WhenTheyAreWrong_AreNamedInTheOldWords(string body, string details)
    {
        var response = await host.Client.PostTextAsync("/deploy", body);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var json = await response.JsonAsync();
        json.Text("error").Should().Be("Validation Error");
        json.Text("message").Should().Be("Request validation failed");
        JsonElement.DeepEquals(json.GetProperty("details"), JsonElement.Parse(details)).Should().BeTrue(json.ToString());
    }

    [Theory]
    [InlineData("/query", "instanceId", "Invalid input: expected string, received undefined")]
    [InlineData("/query?instanceId=", "instanceId", "Instance ID is required")]
    [InlineData("/query?instanceId=a%00b", "instanceId", "Invalid input: control characters are not allowed")]
    [InlineData("/query?instanceId=a&limit=many", "limit", "Invalid input: expected number, received string")]
    [InlineData("/query?instanceId=a&limit=99999999999999999999", "limit", "Invalid input: expected number, received string")]
    [InlineData("/query?instanceId=a&limit=0", "limit", "Too small: expected number to be >=1")]
    public async Task Parameters_WhenTheyAreWrong_AreNamedInTheOldWords(string path, string field, string message)
    {
        var response = await host.Client.GetAsync(path);

        var errors = (await response.JsonAsync()).GetProperty("details").GetProperty("fieldErrors").GetProperty(field);
        errors.EnumerateArray().Select(error => error.GetString()).Should().Equal(message);
    }
}
