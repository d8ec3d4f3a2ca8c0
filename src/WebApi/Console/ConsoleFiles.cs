using System.Reflection;
using System.Security.Cryptography;

namespace Libra.Deploy.WebApi.ConsolePage;

/// <summary>The files of the console, which travel inside the assembly.</summary>
internal static class ConsoleFiles
{
    public const string Index = "index.html";

    // As the project file names the embedded files.
    private const string Prefix = "console/";

    /// <summary>Reads them all; together they are smaller than one picture.</summary>
    public static IReadOnlyList<ConsoleFile> Load()
    {
        var assembly = typeof(ConsoleFiles).Assembly;
        return [
            .. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => Read(assembly, name))];
    }

    private static ConsoleFile Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var name = resource[Prefix.Length..];
        return new ConsoleFile(name, content, TypeOf(name), $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..20]}\"");
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new NotSupportedException($"The console has no content type for '{other}' files."),
    };
}

/// <summary>One file of the console.</summary>
/// <param name="Tag">Changes with the content.</param>
internal sealed record ConsoleFile(string Name, byte[] Content, string ContentType, string Tag);
