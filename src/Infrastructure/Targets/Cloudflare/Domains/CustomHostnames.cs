using System.Text.Json;
using System.Text.Json.Nodes;
using ErrorOr;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Domains;

/// <summary>Custom domains as custom hostnames (SSL for SaaS) of the platform's zone.</summary>
internal sealed class CustomHostnames(CloudflareApi api, ApiPaths paths, CloudflareOptions options, CloudflarePreflight preflight)
    : ICustomDomains
{
    public const string ProjectKey = "libra_project";

    private const int Exists = 1406;
    private const CustomDomainState? Gone = null;

    public Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken) => preflight.CheckZoneAsync(cancellationToken);

    public async Task<ErrorOr<CustomDomainState>> EnsureAsync(
        CustomDomain domain, string? hostnameId, string projectId, CancellationToken cancellationToken)
    {
        var ready = await CheckAsync(cancellationToken);
        if (ready.IsError) return ready.Errors;

        var found = await FindAsync(domain, cancellationToken);
        if (found.IsError) return found.Errors;
        if (found.Value is { } known) return await AdoptAsync(known, hostnameId, projectId, cancellationToken);

        var created = await CreateAsync(domain, projectId, cancellationToken);
        if (!created.IsError) return created.Value.State;

        // Made at the same moment by another node, or by a call whose answer was lost.
        var error = created.FirstError;
        if (!CloudflareErrors.HasCode(error, Exists) && error.Type != ErrorType.Unexpected) return created.Errors;
        var again = await FindAsync(domain, cancellationToken);
        return again is { IsError: false, Value: { } made }
            ? await AdoptAsync(made, hostnameId, projectId, cancellationToken)
            : created.Errors;
    }

    public async Task<ErrorOr<CustomDomainState?>> ReadAsync(CustomDomain domain, string hostnameId, CancellationToken cancellationToken)
    {
        if (options.ZoneId is null) return NoZone();
        var call = OfZone("custom hostname", HttpMethod.Get, paths.CustomHostname(hostnameId));
        var answer = await api.SendAsync(call, cancellationToken);
        if (answer.IsError && CloudflareErrors.StatusOf(answer.FirstError) == 404) return Gone;
        if (answer.IsError) return answer.Errors;

        return CustomHostname.Read(answer.Value) is { } hostname && IsNamed(hostname, domain)
            ? hostname.State
            : CloudflareErrors.Incomplete(call, "hostname of this name");
    }

    public async Task<ErrorOr<Success>> RemoveAsync(
        CustomDomain domain, string? hostnameId, string projectId, CancellationToken cancellationToken)
    {
        if (options.ZoneId is null) return NoZone();
        if (hostnameId is null)
        {
            var found = await FindAsync(domain, cancellationToken);
            if (found.IsError) return found.Errors;
            if (found.Value is not { } known || !IsOurs(known, projectId)) return Result.Success;
            hostnameId = known.Id;
        }

        var call = OfZone("custom hostname removal", HttpMethod.Delete, paths.CustomHostname(hostnameId));
        var removed = await api.SendAsync(call, cancellationToken);
        return removed.IsError && CloudflareErrors.StatusOf(removed.FirstError) != 404 ? removed.Errors : Result.Success;
    }

    private async Task<ErrorOr<CustomHostname?>> FindAsync(CustomDomain domain, CancellationToken cancellationToken)
    {
        var query = $"?hostname={Uri.EscapeDataString(domain.Value)}";
        var call = OfZone("custom hostname search", HttpMethod.Get, paths.CustomHostnames + query);
        var answer = await api.SendAsync(call, cancellationToken);
        if (answer.IsError) return answer.Errors;
        if (answer.Value.ValueKind != JsonValueKind.Array) return CloudflareErrors.Incomplete(call, "list of hostnames");
        var hostnames = answer.Value.EnumerateArray().Select(CustomHostname.Read);
        return hostnames.FirstOrDefault(hostname => hostname is not null && IsNamed(hostname, domain));
    }

    private async Task<ErrorOr<CustomDomainState>> AdoptAsync(
        CustomHostname hostname, string? knownId, string projectId, CancellationToken cancellationToken)
    {
        // One that the platform made before us is the project's by its id, whatever origin it has.
        if (hostname.Id != knownId && !IsOurs(hostname, projectId))
            return TargetErrors.Rejected($"'{hostname.Name}' is already in use at Cloudflare for something else.");
        if (!hostname.MayStartAnew) return hostname.State;

        // Sending the certificate's settings once more has Cloudflare look again: for the records, and where the name leads by now.
        var body = new JsonObject { ["ssl"] = Certificate() };
        var call = OfZone("custom hostname revalidation", HttpMethod.Patch, paths.CustomHostname(hostname.Id), body);
        var renewed = await HostnameOfAsync(call, cancellationToken);
        return renewed.IsError ? renewed.Errors : renewed.Value.State;
    }

    private Task<ErrorOr<CustomHostname>> CreateAsync(CustomDomain domain, string projectId, CancellationToken cancellationToken)
    {
        var call = OfZone("new custom hostname", HttpMethod.Post, paths.CustomHostnames, BodyOf(domain, projectId));
        return HostnameOfAsync(call, cancellationToken);
    }

    private async Task<ErrorOr<CustomHostname>> HostnameOfAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var answer = await api.SendAsync(call, cancellationToken);
        if (answer.IsError) return answer.Errors;
        return CustomHostname.Read(answer.Value) is { } hostname ? hostname : CloudflareErrors.Incomplete(call, "hostname");
    }

    private static ApiCall OfZone(string name, HttpMethod method, string path, JsonObject? body = null) => new(name, method, path)
    {
        Body = body is null ? null : () => ApiCall.Json(body),
        Repeatable = method != HttpMethod.Post,
        Permission = ApiCall.ZonePermission,
        UnknownRefusal = Blame.Project,
    };

    private JsonObject BodyOf(CustomDomain domain, string projectId)
    {
        var body = new JsonObject { ["hostname"] = domain.Value, ["ssl"] = Certificate() };
        if (options.HostnameMetadata) body["custom_metadata"] = new JsonObject { [ProjectKey] = projectId };
        return body;
    }

    private static JsonObject Certificate() => new()
    {
        ["method"] = "http",
        ["type"] = "dv",
        ["settings"] = new JsonObject { ["min_tls_version"] = "1.2", ["http2"] = "on", ["tls_1_3"] = "on" },
    };

    // A hostname that says whose it is belongs to that project; one with an origin of its own was never made here.
    private bool IsOurs(CustomHostname hostname, string projectId) =>
        !hostname.HasOwnOrigin && (hostname.Project == projectId || (hostname.Project is null && !options.HostnameMetadata));

    private static bool IsNamed(CustomHostname hostname, CustomDomain domain) =>
        string.Equals(hostname.Name, domain.Value, StringComparison.OrdinalIgnoreCase);

    private static Error NoZone() => CloudflareErrors.Settings("Custom domains need CLOUDFLARE_ZONE_ID, and it is not set.");
}
