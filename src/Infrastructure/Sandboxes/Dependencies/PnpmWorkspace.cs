using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

/// <summary>
/// Reduces a <c>pnpm-workspace.yaml</c> to what says which packages there are, because its other keys are settings, and some load code.
/// </summary>
internal static partial class PnpmWorkspace
{
    public const string FileName = "pnpm-workspace.yaml";

    // Keys that pnpm read from package.json until version 11.
    private static readonly string[] Moved = ["overrides", "packageExtensions", "patchedDependencies", "ignoredOptionalDependencies"];

    /// <summary>The text with those settings that it lacks; a value as JSON writes it is one of YAML as well.</summary>
    public static string With(string text, JsonObject settings)
    {
        var lines = text.Split('\n');
        var lacking = Moved.Where(
            key => settings[key] is JsonObject or JsonArray && !lines.Any(line => line.StartsWith(key + ":", StringComparison.Ordinal)));
        return text + string.Concat(lacking.Select(key => $"{key}: {settings[key]!.ToJsonString()}\n"));
    }

    public static byte[] WithoutSettings(string text)
    {
        var kept = new StringBuilder();
        var keeping = false;
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            // A key at the left margin opens a block; indented lines and list items belong to the block above.
            if (line.Length > 0 && line[0] is not (' ' or '-' or '#')) keeping = KnownKey().IsMatch(line);
            if (keeping) kept.Append(line).Append('\n');
        }

        return Encoding.UTF8.GetBytes(kept.ToString());
    }

    [GeneratedRegex(
        @"\A(?:packages|catalog|catalogs|overrides|packageExtensions|patchedDependencies|ignoredOptionalDependencies):(?:\s|\z)",
        RegexOptions.CultureInvariant)]
    private static partial Regex KnownKey();
}
