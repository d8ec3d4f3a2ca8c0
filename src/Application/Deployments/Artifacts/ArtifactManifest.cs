using System.Text.Json;
using System.Text.Json.Serialization;

namespace Libra.Deploy.Application.Deployments.Artifacts;

/// <summary>What an artifact holds and how it is to be run. Its canonical JSON, hashed, is the artifact's digest.</summary>
/// <param name="FormatVersion">1; a reader refuses a higher one.</param>
/// <param name="Worker">Null for a site of assets only.</param>
/// <param name="Assets">Null for a worker without assets.</param>
/// <param name="Files">Every file under <c>worker/</c> and <c>assets/</c>, ordered by path.</param>
/// <param name="Runtime">Null when the project asks for nothing; it is not written then.</param>
public sealed record ArtifactManifest(
    int FormatVersion,
    string CompatibilityDate,
    IReadOnlyList<string> CompatibilityFlags,
    WorkerSettings? Worker,
    AssetsSettings? Assets,
    IReadOnlyDictionary<string, JsonElement> Vars,
    IReadOnlyList<ArtifactFile> Files,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RuntimeSettings? Runtime = null)
{
    public const int CurrentFormat = 1;
}

/// <summary>The script of the site.</summary>
/// <param name="MainModule">Path below <c>worker/</c>.</param>
/// <param name="ModuleTypes">
/// By path below <c>worker/</c>, what a module is in the words of wrangler's <c>rules</c>, where its name does not say it. Null when all
/// names do; it is not written then.
/// </param>
public sealed record WorkerSettings(
    string MainModule,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? ModuleTypes = null);

/// <summary>How Cloudflare is to run the script; the Workers runtime of the machine knows none of it. Null takes the default.</summary>
/// <param name="SmartPlacement">True to run near what the script talks to rather than near the visitor.</param>
/// <param name="CpuMilliseconds">Processor time of one request.</param>
/// <param name="Subrequests">Requests that one request may make.</param>
/// <param name="Observed">Whether Cloudflare keeps the script's logs.</param>
/// <param name="SamplingRate">Of how many requests, 0 to 1.</param>
public sealed record RuntimeSettings(
    bool SmartPlacement = false, int? CpuMilliseconds = null, int? Subrequests = null, bool? Observed = null, double? SamplingRate = null);

/// <summary>How static files are served; the names and values are those of the Workers platform.</summary>
/// <param name="Binding">Name under which the worker sees the files; null when it does not.</param>
/// <param name="RunWorkerFirst">True, or the paths (globs) for which the worker runs before the files are looked at.</param>
public sealed record AssetsSettings(
    string? Binding = null,
    string HtmlHandling = "auto-trailing-slash",
    string NotFoundHandling = "none",
    bool RunWorkerFirst = false,
    IReadOnlyList<string>? RunWorkerFirstPaths = null);

/// <summary>One file of an artifact.</summary>
/// <param name="Path"><c>worker/…</c> or <c>assets/…</c>, with <c>/</c>.</param>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="ContentType">The type to serve or upload it with.</param>
public sealed record ArtifactFile(string Path, string Sha256, long Size, string ContentType);
