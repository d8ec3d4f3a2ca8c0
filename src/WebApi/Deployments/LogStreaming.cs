using System.Globalization;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.Service;
using MediatR;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>
/// Server-sent events of one deployment: <c>log</c> (its id is the line's number), <c>status</c> when it moves, <c>end</c> after
/// which the stream closes, and a comment now and then that keeps proxies from closing it. A slow reader slows only itself. The
/// stream closes without <c>end</c> when its caller may not read any more, and when this node stops: another one goes on from the last
/// line that the caller names.
/// </summary>
internal static class LogStreaming
{
    public static async Task<IResult> StreamAsync(
        string id, HttpContext http, IMediator mediator, LogEvents events, ContinuedAccess access, Draining draining,
        TimeProvider clock, CancellationToken cancellationToken)
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
        var stream = new FollowedStream(followed.Value, events, output, view => MayReadAsync(http, access, view), clock);
        await stream.WriteAsync(draining.Closing, cancellationToken);
        return Results.Empty;
    }

    private static long LastSeen(HttpRequest request) =>
        long.TryParse(request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var seq) ? seq : 0;

    private static async Task<bool> MayReadAsync(HttpContext http, ContinuedAccess access, DeploymentView? view) =>
        await access.FindAsync(http) is { } caller
            && caller.Has(Scopes.DeploymentsRead)
            && (view is null || caller.MaySee(view.OrganizationId));
}
