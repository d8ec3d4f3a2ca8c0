using System.Text;

namespace Libra.Deploy.Infrastructure.Logs.Redaction;

/// <summary>
/// Replaces secrets in text: known ones, also encoded, and whatever has the shape of a token. Takes time linear in the text's
/// length, as it reads output that strangers' builds produce.
/// </summary>
public sealed class Redactor
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mark = "[redacted]";

    private readonly HashSet<string> _secrets;
    private readonly KnownSecrets _known;

    /// <param name="secrets">Values to redact wherever they appear; ones too short to be told from ordinary words are left out.</param>
    public Redactor(IEnumerable<string> secrets)
    {
        _secrets = [.. secrets];
        _known = new KnownSecrets(_secrets);
    }

    /// <summary>A redactor that knows these secrets as well.</summary>
    public Redactor With(IEnumerable<string> secrets) => new(_secrets.Concat(secrets));

    /// <summary>Redacts a text of any number of lines.</summary>
    public string Redact(string text)
    {
        var state = new RedactionState();
        return string.Join('\n', text.Split('\n').Select(line => Redact(line, state, line.Length)));
    }

    /// <summary>Redacts one line of an output, then cuts it; a secret that begins before the cut is replaced whole.</summary>
    /// <param name="state">Carried from line to line of the same output.</param>
    /// <param name="length">Where the line is cut.</param>
    internal string Redact(string line, RedactionState state, int length)
    {
        var found = new SecretSpans();
        var view = AnsiView.Of(line);
        if (view is not null)
        {
            // Colours may interrupt a secret, and a hyperlink's address is inside an escape sequence: look at both.
            Find(view.Text, found);
            PrivateKeys.Find(view.Text, state, found);
            found.MapTo(view);
            Find(line, found);
        }
        else
        {
            Find(line, found);
            PrivateKeys.Find(line, state, found);
        }

        return found.IsEmpty ? line[..length] : Replace(line, found, length);
    }

    private static string Replace(string line, SecretSpans found, int length)
    {
        var text = new StringBuilder(line.Length);
        var position = 0;
        foreach (var (start, end) in found.Merged())
        {
            if (start >= length) break;
            text.Append(line, position, start - position).Append(Mark);
            position = end;
        }

        if (position < length) text.Append(line, position, length - position);
        return text.ToString();
    }

    private void Find(string text, SecretSpans found)
    {
        _known.Find(text, found);
        TokenShapes.Find(text, found);
        EncodedTokens.Find(text, found);
    }
}

/// <summary>What of a secret over several lines is open at the end of a line.</summary>
internal sealed class RedactionState
{
    /// <summary>Lines for which an open private key may still go on; 0 when none is open.</summary>
    public int KeyLinesLeft { get; set; }
}
