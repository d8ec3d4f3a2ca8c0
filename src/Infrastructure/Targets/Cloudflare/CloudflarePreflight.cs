using System.Text.Json;
using System.Text.Json.Nodes;
using ErrorOr;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare;

/// <summary>
/// Finds out, in words, whether token, account, plan, namespace and zone allow deployments. Believed for seconds, a refusal for fewer.
/// </summary>
internal sealed class CloudflarePreflight(CloudflareApi api, ApiPaths paths, CloudflareOptions options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan RefusalValidity = TimeSpan.FromSeconds(5);

    // The next look is not far away, and a pause before another try would only keep whoever waits.
    private const int Tries = 2;

    private readonly SemaphoreSlim _asking = new(1, 1);
    private (ErrorOr<Success> Outcome, DateTimeOffset Until)? _known;

    /// <summary>Whether the namespace takes scripts; makes it when it is missing.</summary>
    public async Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_known is { } known && clock.GetUtcNow() < known.Until) return known.Outcome;
            var outcome = await AskAsync(cancellationToken);
            _known = (outcome, clock.GetUtcNow() + (outcome.IsError ? RefusalValidity : options.CheckValidity));
            return outcome;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Has the next check ask anew.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        _known = null;
        _asking.Release();
    }

    /// <summary>Whether the zone can take custom domains.</summary>
    public async Task<ErrorOr<Success>> CheckZoneAsync(CancellationToken cancellationToken)
    {
        if (options.ZoneId is null) return CloudflareErrors.Settings("Custom domains need CLOUDFLARE_ZONE_ID, and it is not set.");

        var answer = await GetAsync("fallback origin", paths.FallbackOrigin, ApiCall.ZonePermission, cancellationToken);
        if (answer.IsError && CloudflareErrors.StatusOf(answer.FirstError) == 404)
        {
            return CloudflareErrors.Settings(
                "The Cloudflare zone has no fallback origin for custom hostnames; set one that leads to the dispatcher.");
        }

        if (answer.IsError) return answer.Errors;

        var status = answer.Value.Text("status");
        return status == "active"
            ? Result.Success
            : CloudflareErrors.Settings($"The fallback origin of the Cloudflare zone is '{status ?? "not set"}' rather than active.");
    }

    public void Dispose() => _asking.Dispose();

    // One call proves all at once: it needs the token, the account, the permission, the plan and the namespace.
    private async Task<ErrorOr<Success>> AskAsync(CancellationToken cancellationToken)
    {
        var found = await GetNamespaceAsync(cancellationToken);
        if (found.IsError && CloudflareErrors.StatusOf(found.FirstError) == 404) found = await CreateNamespaceAsync(cancellationToken);
        if (found.IsError) return await WhyAsync(found.FirstError, cancellationToken);

        // Trusted workers share a cache and see each other's requests.
        return found.Value.IsTrue("trusted_workers")
            ? CloudflareErrors.Settings(
                $"The dispatch namespace {options.DispatchNamespace} trusts its workers; set it to untrusted, or sites share a cache.")
            : Result.Success;
    }

    // "Not allowed" is also what a wrong, expired or disabled token hears; the token's own state says which it is.
    private async Task<Error> WhyAsync(Error refusal, CancellationToken cancellationToken)
    {
        if (CloudflareErrors.StatusOf(refusal) is not (401 or 403)) return refusal;

        var token = await CheckTokenAsync(cancellationToken);
        return token.IsError && token.FirstError.Type != ErrorType.Unexpected ? token.FirstError : refusal;
    }

    private async Task<ErrorOr<Success>> CheckTokenAsync(CancellationToken cancellationToken)
    {
        var answer = await GetAsync("account token", paths.AccountToken, ApiCall.AccountPermission, cancellationToken);
        // A user's token is not known to the account.
        if (answer.IsError && answer.FirstError.Type != ErrorType.Unexpected)
            answer = await GetAsync("user token", ApiPaths.UserToken, ApiCall.AccountPermission, cancellationToken);
        if (answer.IsError) return answer.Errors;

        var status = answer.Value.Text("status");
        return status == "active"
            ? Result.Success
            : CloudflareErrors.Settings(
                $"The Cloudflare API token is '{status ?? "unknown"}' rather than active; set CLOUDFLARE_API_TOKEN to a new one.");
    }

    private Task<ErrorOr<JsonElement>> GetNamespaceAsync(CancellationToken cancellationToken) =>
        GetAsync("dispatch namespace", paths.Namespace, ApiCall.AccountPermission, cancellationToken);

    private Task<ErrorOr<JsonElement>> GetAsync(string name, string path, string permission, CancellationToken cancellationToken) =>
        api.SendAsync(
            new ApiCall(name, HttpMethod.Get, path) { Permission = permission, Interactive = true, MaxTries = Tries },
            cancellationToken);

    private async Task<ErrorOr<JsonElement>> CreateNamespaceAsync(CancellationToken cancellationToken)
    {
        var create = new ApiCall("new dispatch namespace", HttpMethod.Post, paths.Namespaces)
        {
            Body = () => ApiCall.Json(new JsonObject { ["name"] = options.DispatchNamespace }),
            Repeatable = false,
            Interactive = true,
        };
        var created = await api.SendAsync(create, cancellationToken);
        if (!created.IsError) return created;

        // Another node may have been faster, or the answer was lost.
        var found = await GetNamespaceAsync(cancellationToken);
        return found.IsError ? created : found;
    }
}
