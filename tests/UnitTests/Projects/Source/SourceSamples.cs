using System.Text;
using Libra.Deploy.Application.Projects.Source;

namespace Libra.Deploy.UnitTests.Projects.Source;

/// <summary>Short words for what most of these tests need.</summary>
internal static class SourceSamples
{
    public static readonly SourceLimits Limits = new();

    public static SourceFile Text(string path, string content = "") => new(path, Encoding.UTF8.GetBytes(content));

    public static FileDiff Write(string path, string content) => new(path, Encoding.UTF8.GetBytes(content));

    public static FileDiff Delete(string path) => new(path, Content: null);

    public static string TextOf(this SourceFile file) => Encoding.UTF8.GetString(file.Content.Span);

    public static IEnumerable<string> Paths(this SourceTree tree) => tree.Files.Select(file => file.Path);

    public static SourceFile Package(string? build) =>
        Text("package.json", build is null ? "{}" : $$"""{ "scripts": { "build": "{{build}}" } }""");
}
