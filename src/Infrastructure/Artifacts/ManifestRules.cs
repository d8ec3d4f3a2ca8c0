using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Artifacts;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>Checks the values of a manifest made from untrusted settings.</summary>
internal sealed partial class ManifestRules(ArtifactLimits limits, TimeProvider clock)
{
    private const int MaxFlags = 100;
    private const int MaxWorkerFirstPaths = 100;
    private const int LongestWorkerFirstPath = 100;

    private static readonly string[] ModuleTypes = ["ESModule", "CommonJS", "CompiledWasm", "Data", "Text"];
    private static readonly string[] HtmlHandlings = ["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"];
    private static readonly string[] NotFoundHandlings = ["none", "404-page", "single-page-application"];

    /// <exception cref="InvalidDataException">A value cannot be deployed; the message names it.</exception>
    public void Check(ArtifactManifest manifest)
    {
        CheckCompatibility(manifest);
        CheckWorker(manifest);
        CheckAssets(manifest);
        CheckVars(manifest);
        CheckRuntime(manifest);
    }

    private void CheckCompatibility(ArtifactManifest manifest)
    {
        var written = manifest.CompatibilityDate;
        if (!DateOnly.TryParseExact(written, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            throw new InvalidDataException($"The compatibility date '{Shown(written)}' is not a date of the form 2026-01-31.");
        if (date > DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime))
            throw new InvalidDataException($"The compatibility date {written} lies in the future.");
        if (manifest.CompatibilityFlags.Count > MaxFlags)
            throw new InvalidDataException($"There are more than {MaxFlags} compatibility flags.");
        if (manifest.CompatibilityFlags.FirstOrDefault(flag => !Flag().IsMatch(flag)) is { } bad)
            throw new InvalidDataException($"'{Shown(bad)}' is not a compatibility flag.");
    }

    private static void CheckWorker(ArtifactManifest manifest)
    {
        if (manifest.Worker is not { } worker)
        {
            if (manifest.Files.Any(file => file.Path.StartsWith(ArtifactPath.Worker, StringComparison.Ordinal)))
                throw new InvalidDataException("The build result has files in worker/ but names no main module.");
            if (manifest.Assets is null || manifest.Files.All(file => AssetRules.IsRuleFile(file.Path)))
                throw new InvalidDataException("The build result holds neither a worker nor assets, so that there is nothing to deploy.");
            return;
        }

        if (manifest.Files.All(file => file.Path != ArtifactPath.Worker + worker.MainModule))
            throw new InvalidDataException($"The main module '{Shown(worker.MainModule)}' is not in worker/.");
        if (worker.ModuleTypes is { } types) CheckModuleTypes(types, manifest.Files);
    }

    private static void CheckModuleTypes(IReadOnlyDictionary<string, string> types, IReadOnlyList<ArtifactFile> files)
    {
        // As each is another file's, there are no more of them than files.
        var paths = files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (module, type) in types)
        {
            if (!paths.Contains(ArtifactPath.Worker + module))
                throw new InvalidDataException($"The module '{Shown(module)}' has a type but is not in worker/.");
            if (!ModuleTypes.Contains(type)) throw UnknownValue($"The type of the module '{Shown(module)}'", type, ModuleTypes);
        }
    }

    private static void CheckAssets(ArtifactManifest manifest)
    {
        if (manifest.Assets is not { } assets)
        {
            if (manifest.Files.Any(file => file.Path.StartsWith(ArtifactPath.Assets, StringComparison.Ordinal)))
                throw new InvalidDataException("The build result has files in assets/ but no settings for them.");
            return;
        }

        if (!HtmlHandlings.Contains(assets.HtmlHandling)) throw UnknownValue("html_handling", assets.HtmlHandling, HtmlHandlings);
        if (!NotFoundHandlings.Contains(assets.NotFoundHandling))
            throw UnknownValue("not_found_handling", assets.NotFoundHandling, NotFoundHandlings);
        if (assets.Binding is { } binding && !Identifier().IsMatch(binding)) throw NoIdentifier(binding);
        if (manifest.Worker is null && (assets.Binding is not null || assets.RunWorkerFirst || assets.RunWorkerFirstPaths is not null))
            throw new InvalidDataException("An assets binding and run_worker_first need a worker, and there is none.");
        if (assets.RunWorkerFirstPaths is { } paths) CheckWorkerFirst(paths);
    }

    private static void CheckWorkerFirst(IReadOnlyList<string> paths)
    {
        if (paths.Count is 0 or > MaxWorkerFirstPaths)
            throw new InvalidDataException($"run_worker_first takes 1 to {MaxWorkerFirstPaths} paths, not {paths.Count}.");
        var bad = paths.FirstOrDefault(path => path.Length > LongestWorkerFirstPath || !WorkerFirstPath().IsMatch(path));
        if (bad is not null)
            throw new InvalidDataException(
                $"run_worker_first: '{Shown(bad)}' does not start with / or !/, or is longer than {LongestWorkerFirstPath} characters.");
        if (paths.All(path => path[0] == '!'))
            throw new InvalidDataException("run_worker_first has only exceptions, so that no path would reach the worker.");
    }

    private void CheckVars(ArtifactManifest manifest)
    {
        if (manifest.Vars.Count > limits.MaxVars)
            throw new InvalidDataException($"There are {manifest.Vars.Count} vars; at most {limits.MaxVars} are allowed.");
        if (manifest.Worker is null && manifest.Vars.Count > 0) throw new InvalidDataException("Vars need a worker, and there is none.");
        foreach (var (name, value) in manifest.Vars)
        {
            if (!Identifier().IsMatch(name)) throw NoIdentifier(name);
            if (name == manifest.Assets?.Binding)
                throw new InvalidDataException($"The name '{name}' names both a var and the assets.");
            var bytes = Encoding.UTF8.GetByteCount(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText());
            if (bytes > limits.MaxVarBytes)
                throw new InvalidDataException($"The var '{name}' has {bytes} bytes; at most {limits.MaxVarBytes} are allowed.");
        }
    }

    // The bundler takes no more than that; a sandbox may return anything.
    private void CheckRuntime(ArtifactManifest manifest)
    {
        if (manifest.Runtime is not { } runtime) return;
        if (manifest.Worker is null) throw new InvalidDataException("Settings of the runtime need a worker, and there is none.");
        if (runtime.CpuMilliseconds is { } cpu && (cpu < 1 || cpu > limits.MaxCpuMilliseconds))
            throw new InvalidDataException($"limits.cpu_ms is {cpu}; it takes 1 to {limits.MaxCpuMilliseconds}.");
        if (runtime.Subrequests is { } subrequests && (subrequests < 1 || subrequests > limits.MaxSubrequests))
            throw new InvalidDataException($"limits.subrequests is {subrequests}; it takes 1 to {limits.MaxSubrequests}.");
        if (runtime.SamplingRate is { } rate && rate is not (>= 0 and <= 1))
            throw new InvalidDataException("observability.head_sampling_rate takes 0 to 1.");
    }

    private static InvalidDataException UnknownValue(string setting, string value, string[] known) =>
        new($"{setting} is '{Shown(value)}'; it takes {string.Join(", ", known)}.");

    private static InvalidDataException NoIdentifier(string name) =>
        new($"'{Shown(name)}' cannot be the name of a binding: letters, digits, _ and $ are allowed, 64 at most.");

    private static string Shown(string value) => value.Shortened(80);

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{1,100}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Flag();

    [GeneratedRegex(@"\A[A-Za-z_$][A-Za-z0-9_$]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\A!?/[^\s\p{Cc}]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex WorkerFirstPath();
}
