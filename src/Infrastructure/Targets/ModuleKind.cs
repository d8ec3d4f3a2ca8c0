using Libra.Deploy.Application.Deployments.Artifacts;

namespace Libra.Deploy.Infrastructure.Targets;

/// <summary>What kind of module a file of a worker is, in the words of each target.</summary>
/// <param name="ContentType">Cloudflare's, for the upload.</param>
/// <param name="Field">workerd's, in its configuration.</param>
internal sealed record ModuleKind(string ContentType, string Field)
{
    public static readonly ModuleKind SourceMap = new("application/source-map", "data");

    private static readonly ModuleKind EsModule = new("application/javascript+module", "esModule");
    private static readonly ModuleKind CommonJs = new("application/javascript", "commonJsModule");
    private static readonly ModuleKind Wasm = new("application/wasm", "wasm");
    private static readonly ModuleKind Text = new("text/plain", "text");
    private static readonly ModuleKind Json = new("application/json", "json");
    private static readonly ModuleKind Data = new("application/octet-stream", "data");

    /// <summary>What the project's own rules say of the module, else what its name says.</summary>
    /// <param name="module">Path below <c>worker/</c>.</param>
    public static ModuleKind Of(WorkerSettings worker, string module) => worker.ModuleTypes?.GetValueOrDefault(module) switch
    {
        null => Of(module),
        "ESModule" => EsModule,
        "CommonJS" => CommonJs,
        "CompiledWasm" => Wasm,
        "Text" => Text,
        "Data" => Data,
        var type => throw new InvalidDataException($"The module '{module}' has the type '{type}', which this version does not know."),
    };

    // runtime/sandbox/bundle.mjs has the same list, because a build names only the types that differ from it.
    public static ModuleKind Of(string path) => Path.GetExtension(path) switch
    {
        ".js" or ".mjs" => EsModule,
        ".cjs" => CommonJs,
        ".wasm" => Wasm,
        ".txt" or ".html" or ".sql" or ".md" => Text,
        ".json" => Json,
        ".map" => SourceMap,
        _ => Data,
    };
}
