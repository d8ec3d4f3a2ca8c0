using System.Text;

namespace Libra.Deploy.Domain.Common;

/// <summary>Texts that quote what others wrote, as every store can keep them and every reader take them.</summary>
internal static class StorableText
{
    private const char Replacement = '\uFFFD';

    /// <summary>Replaces NUL, which PostgreSQL keeps in no text, and half a surrogate pair, which has no UTF-8 form.</summary>
    public static string Of(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Replace('\0', Replacement))); // the encoding replaces halves by itself
}
