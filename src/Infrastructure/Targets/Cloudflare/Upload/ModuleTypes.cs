namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

/// <summary>What kind of module a file of a worker is, in Cloudflare's words; the local target's kinds are the same.</summary>
internal static class ModuleTypes
{
    public static string For(string path) => Path.GetExtension(path) switch
    {
        ".js" or ".mjs" => "application/javascript+module",
        ".cjs" => "application/javascript",
        ".wasm" => "application/wasm",
        ".txt" or ".html" or ".sql" or ".md" => "text/plain",
        ".json" => "application/json",
        ".map" => "application/source-map",
        _ => "application/octet-stream",
    };
}
