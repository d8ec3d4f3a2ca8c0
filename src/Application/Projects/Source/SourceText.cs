using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Questions about text that came from a client.</summary>
internal static class SourceText
{
    /// <summary>False when half of a surrogate pair stands alone: such text has no UTF-8 form.</summary>
    public static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;

            i++;
        }

        return true;
    }

    /// <summary>The bytes of a file that was sent as base64; <paramref name="path"/> is named when it is none.</summary>
    public static ErrorOr<byte[]> FromBase64(string path, string text)
    {
        var buffer = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, buffer, out var written)
            ? buffer[..written]
            : SourceErrors.BadContent(path, "it is said to be base64 and is not");
    }
}
