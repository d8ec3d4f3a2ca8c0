using System.Diagnostics.Metrics;
using Libra.Deploy.Application.Telemetry;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Libra.Deploy.WebApi.Service;

/// <summary>Metrics for a scraper, and metrics and traces by OTLP where the standard variables name a collector.</summary>
internal static class LibraTelemetry
{
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsCollector = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string TracesCollector = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string MetricsPath = "/metrics";
    private static readonly string[] CallLabels = ["http.request.method", "http.response.status_code", "error.type"];

    public static IServiceCollection AddLibraTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MetricsOptions>().Bind(configuration.GetSection("Metrics"));
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => Describe(resource, configuration))
            .WithMetrics(metrics => AddMetrics(metrics, configuration));
        // Without a collector nobody would read a trace, and making one costs.
        if (Names(configuration, TracesCollector)) telemetry.WithTracing(AddTraces);
        return services;
    }

    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        var metrics = routes.MapPrometheusScrapingEndpoint(MetricsPath)
            // A scraper's page has no handler of ours to describe it.
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get]), ((Delegate)MapMetrics).Method)
            .WithTags("Service")
            .AnswersWith("text/plain", "getMetrics", "Shows the metrics in the format of Prometheus");
        if (routes.ServiceProvider.GetRequiredService<IOptions<MetricsOptions>>().Value.Public) metrics.AllowPublic();
        else metrics.RequireScopeEverywhere(Scopes.OperationsRead).AlsoWithoutDatabase(); // an outage is when they are wanted
    }

    private static void Describe(ResourceBuilder resource, IConfiguration configuration)
    {
        var name = configuration["OTEL_SERVICE_NAME"] ?? "libra-deploy";
        resource.AddService(
            name, serviceVersion: ServiceIdentity.Version,
            serviceInstanceId: configuration["Queue:NodeName"] ?? new QueueOptions().NodeName);
    }

    private static void AddMetrics(MeterProviderBuilder metrics, IConfiguration configuration)
    {
        metrics.AddMeter(DeploymentMetrics.MeterName)
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddRuntimeInstrumentation()
            .AddView(WithoutAddresses)
            .AddPrometheusExporter();
        if (Names(configuration, MetricsCollector)) metrics.AddOtlpExporter();
    }

    // A site's address names its project: labels without end, in which one organization would read of another's projects.
    private static MetricStreamConfiguration? WithoutAddresses(Instrument instrument) =>
        instrument.Meter.Name.StartsWith("System.Net.", StringComparison.Ordinal)
            ? new MetricStreamConfiguration { TagKeys = CallLabels }
            : null;

    private static void AddTraces(TracerProviderBuilder traces) => traces
        .SetSampler(new ParentBasedSampler(new RootsThatSomebodyAskedFor()))
        .AddSource(DeploymentTraces.SourceName)
        .AddAspNetCoreInstrumentation(requests => requests.Filter = http => !IsLook(http.Request.Path))
        .AddHttpClientInstrumentation()
        .AddNpgsql()
        .AddOtlpExporter();

    private static bool Names(IConfiguration configuration, string collector) =>
        configuration[collector] is not null || configuration[Collector] is not null;

    // Balancers and scrapers ask every few seconds.
    private static bool IsLook(PathString path) => path.StartsWithSegments("/health") || path == MetricsPath;

    /// <summary>Leaves out calls that belong to no request and no deployment: the queue asks the database every second.</summary>
    private sealed class RootsThatSomebodyAskedFor : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(
                samplingParameters.Kind == System.Diagnostics.ActivityKind.Client
                    ? SamplingDecision.Drop
                    : SamplingDecision.RecordAndSample);
    }
}
