using Hangfire;
using Hangfire.Storage;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Composition;
using Libra.Deploy.WebApi.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>The routes of the API as the service maps them; it is composed but never started.</summary>
internal static class MappedRoutes
{
    /// <summary>Every route of the API; pages for browsers and the description itself are left out.</summary>
    public static readonly IReadOnlyList<MappedRoute> All = Read();

    private static List<MappedRoute> Read()
    {
        var builder = WebApplication.CreateBuilder();
        builder.AddLibra(new HostSettings { DataDirectory = Path.GetTempPath() }, "Host=never-opened");
        // Hangfire's own would look for a database for half a minute before the dashboard is mapped.
        builder.Services.Replace(ServiceDescriptor.Singleton<IGlobalConfiguration>(GlobalConfiguration.Configuration));
        builder.Services.Replace(ServiceDescriptor.Singleton<JobStorage, NoJobs>());
        var service = builder.Build();
        service.UseLibra();
        return [.. ((IEndpointRouteBuilder)service).DataSources
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null && MethodOf(route) is not null)
            .Select(route => new MappedRoute(
                MethodOf(route)!,
                PathOf(route),
                route.Metadata.GetMetadata<RouteDecision>()?.Scope,
                route.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary ?? string.Empty))
            .OrderBy(route => route.Path, StringComparer.Ordinal).ThenBy(route => route.Method, StringComparer.Ordinal)];
    }

    // A route that also answers HEAD is named by its GET.
    private static string? MethodOf(RouteEndpoint route) =>
        route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [var first, ..] ? first : null;

    private static string PathOf(RouteEndpoint route) =>
        "/" + string.Join('/', route.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Shown))));

    private static string Shown(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        _ => string.Empty,
    };

    /// <summary>Is never asked, because nothing is started.</summary>
    private sealed class NoJobs : JobStorage
    {
        public override IMonitoringApi GetMonitoringApi() => throw new InvalidOperationException("Only routes are looked at here.");

        public override IStorageConnection GetConnection() => throw new InvalidOperationException("Only routes are looked at here.");
    }
}

/// <summary>One route of the API.</summary>
/// <param name="Path">With its parameters in braces, and without a slash at the end.</param>
/// <param name="Scope">What a caller needs; null for everybody.</param>
internal sealed record MappedRoute(string Method, string Path, string? Scope, string Summary)
{
    private string[] Segments => Path.Split('/');

    /// <summary>How many segments are fixed: of two routes that fit, the one with more of them answers.</summary>
    public int Literals => Segments.Count(segment => !segment.StartsWith('{'));

    /// <summary>True when a request for this address would reach the route.</summary>
    public bool Fits(string method, string path)
    {
        var asked = path.Split('/');
        return method == Method && asked.Length == Segments.Length
            && Segments.Zip(asked).All(pair => pair.First.StartsWith('{') ? pair.Second.Length > 0 : pair.First == pair.Second);
    }

    /// <inheritdoc />
    public override string ToString() => $"{Method} {Path}";
}
