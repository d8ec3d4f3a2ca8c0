using System.Text;
using System.Text.Json;
using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>What the service wants to know of a project's <c>package.json</c>.</summary>
/// <param name="BuildScript">The text of <c>scripts.build</c>; null when there is none, or no package.json.</param>
/// <param name="Scripts">All scripts by name, as far as they are texts.</param>
internal sealed record PackageJson(string? BuildScript, IReadOnlyDictionary<string, string> Scripts)
{
    public const string FileName = "package.json";

    /// <summary>True when it names the programs that may run its scripts, and npm and pnpm would refuse to be others.</summary>
    public bool HasDevEngines { get; init; }

    private static readonly PackageJson WithoutScript = new(BuildScript: null, new Dictionary<string, string>());

    /// <summary>Reads the file; null stands for a project without one.</summary>
    public static ErrorOr<PackageJson> Read(SourceFile? file)
    {
        if (file is null) return WithoutScript;

        try
        {
            using var document = JsonDocument.Parse(WithoutByteOrderMark(file.Content));
            return Read(document.RootElement);
        }
        catch (JsonException exception)
        {
            return SourceErrors.BadPackageJson(SourceJson.Position(exception));
        }
    }

    private static ErrorOr<PackageJson> Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return SourceErrors.BadPackageJson("it must hold an object.");
        if (SourceJson.Find(root, "scripts") is not { } scripts) return WithoutScript;
        if (scripts.ValueKind != JsonValueKind.Object) return SourceErrors.BadPackageJson("'scripts' must be an object.");
        if (SourceJson.Find(scripts, "build") is not { } build) return WithoutScript;
        if (!SourceJson.TryText(build, out var script)) return SourceErrors.BadPackageJson("'scripts.build' must be text.");

        return string.IsNullOrWhiteSpace(script)
            ? WithoutScript
            : new PackageJson(script, TextsOf(scripts)) { HasDevEngines = SourceJson.Find(root, "devEngines") is not null };
    }

    private static Dictionary<string, string> TextsOf(JsonElement scripts)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var script in scripts.EnumerateObject())
        {
            if (SourceJson.TryName(script, out var name) && SourceJson.TryText(script.Value, out var text)) texts[name] = text;
        }

        return texts;
    }

    // Editors on Windows write it, and npm and bun read such files.
    private static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> content) =>
        content.Span.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;
}
