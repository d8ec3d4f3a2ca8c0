using System.Text;
using System.Text.Json.Serialization;

namespace Libra.Deploy.Cli.Source;

/// <summary>A file as <c>initFiles</c> takes it.</summary>
/// <param name="Path">Relative to the project, with slashes.</param>
/// <param name="Content">Text, or base64.</param>
/// <param name="Encoding">Null for text.</param>
internal sealed record SourceFile(
    string Path, string Content, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Encoding)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Text stays readable on the wire; what is not valid text, or holds a NUL, which no JSON of the service may, goes as base64.
    /// </summary>
    public static SourceFile Of(string path, byte[] content) =>
        !content.Contains((byte)0) && System.Text.Unicode.Utf8.IsValid(content)
            ? new SourceFile(path, Strict.GetString(content), Encoding: null)
            : new SourceFile(path, Convert.ToBase64String(content), "base64");
}
