using System.Globalization;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using MediatR;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>
/// Server-sent events of one deployment: <c>log</c> (its id is the line's number), <c>status</c> when it moves, <c>end</c> after
/// which the stream closes, and a comment now and then that keeps proxies from closing it. A slow reader slows only itself.
/// </summary>
internal static class LogStreaming
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly ReadOnlyMemory<byte> StillHere = ": still here\n\n"u8.ToArray();

    public static async Task<IResult> StreamAsync(
        string id, HttpContext http, IMediator mediator, LogEvents events, TimeProvider clock, CancellationToken cancellationToken)
    {
        var followed = await mediator.SendAboutAsync(
            RouteIds.Deployment(id), deployment =>
                new FollowDeploymentQuery(http.Caller().Visible(), deployment, LastSeen(http.Request)), cancellationToken);
        if (followed.IsError) return followed.Errors.ToProblem();

        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await http.Response.StartAsync(cancellationToken);
        using var output = new EventOutput(http.Response, cancellationToken);
        await WriteAsync(followed.Value, events, output, clock, cancellationToken);
        return Results.Empty;
    }

    private static long LastSeen(HttpRequest request) =>
        long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : 0;

    private static async Task WriteAsync(
        FollowedDeployment followed, LogEvents events, EventOutput output, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(followed, events, output, clock, ended.Token);
        try
        {
            await foreach (var lines in followed.Lines) await output.WriteAsync(events.OfLines(lines), cancellationToken);
        }
        finally
        {
            await ended.CancelAsync();
            await watching;
        }

        var last = await followed.EndAsync(cancellationToken);
        if (last is not null) await output.WriteAsync(events.OfStanding("end", last), cancellationToken);
    }

    private static async Task WatchAsync(
        FollowedDeployment followed, LogEvents events, EventOutput output, TimeProvider clock, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Look, clock);
        (DeploymentStatus, int, int)? shown = null;
        var quietSince = clock.GetTimestamp();
        try
        {
            do
            {
                if (await followed.StandingAsync(ended) is { } view
                    && (view.Status, view.Progress, view.Attempt) is var now && now != shown)
                {
                    shown = now;
                    await output.WriteAsync(events.OfStanding("status", view), ended);
                }

                if (clock.GetElapsedTime(quietSince) < Heartbeat) continue;
                quietSince = clock.GetTimestamp();
                await output.WriteAsync(StillHere, ended);
            }
            while (await timer.WaitForNextTickAsync(ended));
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The log has ended, or the reader has left.
        }
    }
}
