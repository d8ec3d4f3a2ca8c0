using System.Net;

namespace Libra.Deploy.UnitTests.Cloudflare;

/// <summary>Answers requests one after the other as it was told, the last answer for ever.</summary>
internal sealed class ScriptedHttp(params Func<HttpRequestMessage, HttpResponseMessage>[] answers) : HttpMessageHandler
{
    public List<string> Asked { get; } = [];

    public static Func<HttpRequestMessage, HttpResponseMessage> Answer(int status, string body, params (string Name, string Value)[] headers) => _ =>
    {
        var answer = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) };
        foreach (var (name, value) in headers) answer.Headers.TryAddWithoutValidation(name, value);
        return answer;
    };

    public static Func<HttpRequestMessage, HttpResponseMessage> Unreachable(string why) => _ => throw new HttpRequestException(why);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked.Add(request.RequestUri!.PathAndQuery);
        return Task.FromResult(answers[Math.Min(Asked.Count, answers.Length) - 1](request));
    }
}
