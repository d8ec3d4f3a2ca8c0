using Libra.Deploy.Application.Health;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Configuration;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using MediatR;

namespace Libra.Deploy.WebApi.Service;

/// <summary>What the service says about itself, to everybody.</summary>
internal static class ServiceEndpoints
{
    // HEAD as well: the old service answered it, and balancers ask so.
    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    public static void MapService(this IEndpointRouteBuilder routes)
    {
        var service = routes.MapGroup("/").WithTags("Service").AllowPublic();
        const int Ill = StatusCodes.Status503ServiceUnavailable;
        service.MapMethods("/", Reads, Root).Answers<RootResponse>("getService", "Says what this is").Produces(StatusCodes.Status302Found);
        service.MapMethods("/health", Reads, Health)
            .Answers<HealthResponse>("getHealth", "Shows whether the service works").Produces<HealthResponse>(Ill);
        service.MapMethods("/health/live", Reads, Live).Answers<ReadinessResponse>("getLiveness", "Shows that the process runs");
        service.MapMethods("/health/ready", Reads, Ready)
            .Answers<ReadinessResponse>("getReadiness", "Shows whether it can take work").Produces<ReadinessResponse>(Ill);
        service.MapMethods("/health/detailed", Reads, Detailed)
            .Answers<DetailedHealthResponse>("getDetailedHealth", "Shows the health of every dependency")
            .Produces<DetailedHealthResponse>(Ill);
    }

    private static IResult Root(HttpContext http, ServiceIdentity identity, HostSettings settings)
    {
        http.Response.Headers.Append("Vary", "Accept");
        if (settings.IsApi && WantsPage(http.Request)) return Results.Redirect("/console/");

        return Results.Ok(new RootResponse(
            "Libra Deploy V2 Service",
            ServiceIdentity.Name,
            ServiceIdentity.Version,
            "running",
            identity.Now,
            "queue-based",
            "Queue-based deployment service for Libra platform",
            settings.IsApi ? ["/deploy", "/deploy-status?id=<deploymentId>", "/health", "/docs"] : ["/health"]));
    }

    private static async Task<IResult> Health(
        HttpContext http, IMediator mediator, ServiceIdentity identity, CancellationToken cancellationToken)
    {
        var report = await mediator.Send(new GetHealthQuery(HealthDepth.Basic), cancellationToken);
        if (report.IsError) return report.Errors.ToProblem();

        var healthy = report.Value.Healthy;
        return Answer(http, healthy, new HealthResponse(
            HealthWords.WordFor(healthy), identity.Now, ServiceIdentity.Name, ServiceIdentity.Version, identity.Uptime,
            report.Value.ToWords()));
    }

    private static IResult Live(HttpContext http, ServiceIdentity identity) =>
        Answer(http, well: true, new ReadinessResponse("alive", identity.Now));

    private static async Task<IResult> Ready(
        HttpContext http, Draining draining, IMediator mediator, ServiceIdentity identity, CancellationToken cancellationToken)
    {
        if (draining.IsDraining) return Answer(http, well: false, new ReadinessResponse("draining", identity.Now));

        var report = await mediator.Send(new GetHealthQuery(HealthDepth.Ready), cancellationToken);
        if (report.IsError) return report.Errors.ToProblem();

        var ready = report.Value.Healthy;
        return Answer(http, ready, new ReadinessResponse(ready ? "ready" : "not_ready", identity.Now, report.Value.ToWords()));
    }

    private static async Task<IResult> Detailed(
        HttpContext http, IMediator mediator, ServiceIdentity identity, CancellationToken cancellationToken)
    {
        var report = await mediator.Send(new GetHealthQuery(HealthDepth.Detailed), cancellationToken);
        if (report.IsError) return report.Errors.ToProblem();

        var status = report.Value switch
        {
            { Healthy: true } => "healthy",
            { Alive: true } => "degraded",
            _ => "unhealthy",
        };
        return Answer(http, report.Value.Alive, new DetailedHealthResponse(
            status, identity.Now, ServiceIdentity.Name, ServiceIdentity.Version, identity.Uptime, report.Value.ToResponses()));
    }

    private static IResult Answer<TBody>(HttpContext http, bool well, TBody body)
    {
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(body, statusCode: well ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static bool WantsPage(HttpRequest request) => request.GetTypedHeaders().Accept
        .Any(accepted => accepted.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase) && accepted.Quality is not 0);
}
