using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Cloudflare.Double;

/// <summary>A way in which a call can end badly.</summary>
/// <param name="Name">Shown with the test.</param>
internal sealed record Fault(string Name, Func<HttpContext, Func<HttpContext, Task>, Task> Act)
{
    public static Fault Dropped { get; } = new("connection dropped", (context, _) => { context.Abort(); return Task.CompletedTask; });

    /// <summary>Cloudflare did it, and the answer got lost.</summary>
    public static Fault AnswerLost { get; } = new("answer lost", async (context, handle) =>
    {
        context.Response.Body = Stream.Null;
        await handle(context);
        context.Abort();
    });

    /// <summary>The answer is not packed as it says.</summary>
    public static Fault Mispacked(string encoding) => new($"not {encoding}", (context, _) =>
    {
        context.Response.Headers.ContentEncoding = encoding;
        return context.Response.WriteAsync("plain text");
    });

    public static Fault NullResult { get; } = Answer("null result", 200, """{"success":true,"errors":null,"messages":null,"result":null}""");

    public static Fault Html(int status) => Answer($"HTML {status}", status, "<html><h1>error</h1></html>", "text/html");

    public static Fault Code(int status, int code, string message = "so it is") =>
        Answer($"{status} with {code}", status, $$"""{"success":false,"errors":[{"code":{{code}},"message":"{{message}}"}]}""");

    public static Fault Json(int status, string body) => Answer($"{status} with {body}", status, body);

    public static Fault TooMany(string? retryAfter) => new($"429, Retry-After {retryAfter}", (context, _) =>
    {
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        return Replies.RefuseAsync(context, 429, 971, "rate limited");
    });

    /// <summary>Something happens, and then the call goes on as usual.</summary>
    public static Fault Before(Action happens) => new("something before", (context, handle) =>
    {
        happens();
        return handle(context);
    });

    /// <summary>Never answers; says when it was asked.</summary>
    public static Fault Silent(TaskCompletionSource asked) => new("no answer", async (context, _) =>
    {
        asked.TrySetResult();
        await GoneAsync(context);
    });

    /// <summary>Cloudflare does it and never answers; says when it is done.</summary>
    public static Fault Untold(TaskCompletionSource done) => new("done without an answer", async (context, handle) =>
    {
        context.Response.Body = Stream.Null;
        await handle(context);
        done.TrySetResult();
        await GoneAsync(context);
    });

    /// <summary>Finishes when the caller has given up, or is dead.</summary>
    public static async Task GoneAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var _registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    public override string ToString() => Name;

    private static Fault Answer(string name, int status, string body, string type = "application/json") => new(name, async (context, _) =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body);
    });
}
