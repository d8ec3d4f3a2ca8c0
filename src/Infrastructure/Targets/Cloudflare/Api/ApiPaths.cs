using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

/// <summary>Where things are in the API, for one account, namespace and zone.</summary>
internal sealed class ApiPaths(CloudflareOptions options)
{
    public const string UserToken = "user/tokens/verify";

    public string AccountToken => Of("accounts", options.AccountId, "tokens", "verify");

    public string Namespaces => Of("accounts", options.AccountId, "workers", "dispatch", "namespaces");

    public string Namespace => $"{Namespaces}/{Of(options.DispatchNamespace)}";

    public string AssetsUpload => Of("accounts", options.AccountId, "workers", "assets", "upload") + "?base64=true";

    public string CustomHostnames => Of("zones", options.ZoneId!, "custom_hostnames");

    public string FallbackOrigin => CustomHostnames + "/fallback_origin";

    public string Script(WorkerName worker) => $"{Namespace}/scripts/{Of(worker.Value)}";

    public string Tags(WorkerName worker) => Script(worker) + "/tags";

    public string AssetsSession(WorkerName worker) => Script(worker) + "/assets-upload-session";

    public string CustomHostname(string id) => $"{CustomHostnames}/{Of(id)}";

    private static string Of(params IEnumerable<string> segments) => string.Join('/', segments.Select(Uri.EscapeDataString));
}
