using System.Buffers;

namespace Libra.Deploy.Application.Deployments.Logs;

/// <summary>Terminal escape sequences in build output: kept in the stored log for colours, removed from plain text.</summary>
public static class AnsiText
{
    private const char Escape = '\u001b';
    private const char Bell = '\u0007';

    private static readonly SearchValues<char> StringEnds = SearchValues.Create(Bell, Escape);

    /// <summary>The text without escape sequences.</summary>
    public static string Strip(string text)
    {
        if (!text.Contains(Escape)) return text;

        var plain = new char[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == Escape) i += SequenceLength(text.AsSpan(i));
            else plain[length++] = text[i++];
        }

        return new string(plain, 0, length);
    }

    /// <summary>Length of the escape sequence that <paramref name="text"/> begins with; an unfinished one reaches to the end.</summary>
    public static int SequenceLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 2) return text.Length;
        return text[1] switch
        {
            '[' => Csi(text),
            ']' or 'P' or 'X' or '^' or '_' => ControlString(text),
            >= ' ' and <= '/' => Math.Min(3, text.Length), // for instance ESC ( B, choosing a character set
            _ => 2,
        };
    }

    /// <summary>Colours and cursor movements: parameters, then one final character.</summary>
    private static int Csi(ReadOnlySpan<char> text)
    {
        for (var i = 2; i < text.Length; i++)
        {
            if (text[i] is >= '@' and <= '~') return i + 1;
            if (text[i] is < ' ' or > '~') return i; // broken: what follows is text again
        }

        return text.Length;
    }

    /// <summary>Titles and hyperlinks: any text up to a bell or ESC \.</summary>
    private static int ControlString(ReadOnlySpan<char> text)
    {
        var end = text[2..].IndexOfAny(StringEnds);
        if (end < 0) return text.Length;
        end += 2;
        return text[end] == Escape && end + 1 < text.Length && text[end + 1] == '\\' ? end + 2 : text[end] == Bell ? end + 1 : end;
    }
}
