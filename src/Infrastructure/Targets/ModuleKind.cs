namespace Libra.Deploy.Infrastructure.Targets;

/// <summary>What kind of module a file of a worker is, in the words of each target.</summary>
/// <param name="ContentType">Cloudflare's, for the upload.</param>
/// <param name="Field">workerd's, in its configuration.</param>
internal sealed record ModuleKind(string ContentType, string Field)
{
    public static ModuleKind Of(string path) => Path.GetExtension(path) switch
    {
        ".js" or ".mjs" => new("application/javascript+module", "esModule"),
        ".cjs" => new("application/javascript", "commonJsModule"),
        ".wasm" => new("application/wasm", "wasm"),
        ".txt" or ".html" or ".sql" or ".md" => new("text/plain", "text"),
        ".json" => new("application/json", "json"),
        ".map" => new("application/source-map", "data"),
        _ => new("application/octet-stream", "data"),
    };
}
