using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>
/// Server-sent events of one deployment: <c>log</c> (its id is the line's number), <c>status</c> when it moves, <c>end</c> after
/// which the stream closes, and a comment now and then that keeps proxies from closing it. A slow reader slows only itself.
/// </summary>
internal static class LogStreaming
{
    private const int Buffered = 256;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public static async Task<IResult> StreamAsync(
        string id, HttpContext http, IMediator mediator, TimeProvider clock, IOptions<JsonOptions> json,
        CancellationToken cancellationToken)
    {
        var followed = await mediator.SendAboutAsync(
            RouteIds.Deployment(id), deployment => new FollowDeploymentQuery(http.Caller().Visible(), deployment, LastSeen(http.Request)),
            cancellationToken);
        if (followed.IsError) return followed.Errors.ToProblem();

        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await WriteAsync(http.Response, Events(followed.Value, clock, json.Value.SerializerOptions, cancellationToken), cancellationToken);
        return Results.Empty;
    }

    private static long LastSeen(HttpRequest request) =>
        long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : 0;

    private static ChannelReader<string> Events(
        FollowedDeployment followed, TimeProvider clock, JsonSerializerOptions json, CancellationToken cancellationToken)
    {
        var events = Channel.CreateBounded<string>(Buffered);
        _ = ProduceAsync(followed, events.Writer, clock, json, cancellationToken);
        return events.Reader;
    }

    private static async Task ProduceAsync(
        FollowedDeployment followed, ChannelWriter<string> events, TimeProvider clock, JsonSerializerOptions json,
        CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? failure = null;
        try
        {
            var watching = WatchAsync(followed, events, clock, json, ended.Token);
            await foreach (var line in followed.Lines)
                await events.WriteAsync(
                    $"event: log\nid: {line.Seq}\ndata: {JsonSerializer.Serialize(line.ToResponse(), json)}\n\n", cancellationToken);
            await ended.CancelAsync();
            await watching;
            var last = await followed.EndAsync(cancellationToken);
            if (last is not null) await events.WriteAsync(StatusEvent("end", last, clock, json), cancellationToken);
        }
        catch (Exception broken)
        {
            failure = broken; // the reader, who waits for events, is told
        }

        events.Complete(failure);
    }

    private static async Task WatchAsync(
        FollowedDeployment followed, ChannelWriter<string> events, TimeProvider clock, JsonSerializerOptions json, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(Look, clock);
        (DeploymentStatus, int, int)? shown = null;
        var quietSince = clock.GetTimestamp();
        try
        {
            do
            {
                if (await followed.StandingAsync(ended) is { } view && (view.Status, view.Progress, view.Attempt) is var now
                    && now != shown)
                {
                    shown = now;
                    await events.WriteAsync(StatusEvent("status", view, clock, json), ended);
                }

                if (clock.GetElapsedTime(quietSince) < Heartbeat) continue;
                quietSince = clock.GetTimestamp();
                await events.WriteAsync(": still here\n\n", ended);
            }
            while (await timer.WaitForNextTickAsync(ended));
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The log has ended, or the reader has left.
        }
    }

    private static string StatusEvent(string name, DeploymentView view, TimeProvider clock, JsonSerializerOptions json) =>
        $"event: {name}\ndata: {JsonSerializer.Serialize(view.ToResponse(place: null, clock.GetUtcNow()), json)}\n\n";

    private static async Task WriteAsync(HttpResponse response, ChannelReader<string> events, CancellationToken cancellationToken)
    {
        await response.StartAsync(cancellationToken);
        while (await events.WaitToReadAsync(cancellationToken))
        {
            while (events.TryRead(out var text)) await response.WriteAsync(text, cancellationToken);
            await response.Body.FlushAsync(cancellationToken);
        }
    }
}
