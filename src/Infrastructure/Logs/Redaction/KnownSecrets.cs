using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace Libra.Deploy.Infrastructure.Logs.Redaction;

/// <summary>Finds given values: as they are, in base64, URL-encoded and escaped for JSON.</summary>
/// <remarks>A project names values too, so what one of them takes of memory is bounded, however long it is.</remarks>
internal sealed class KnownSecrets
{
    private const int MinLength = 6; // shorter values are words that a build prints anyway
    private const int MinLineLength = 8; // of one line of a secret over several lines
    private const int Searched = 32; // characters of a form: the search has a node for each, which takes far more than a character
    private const int Compared = 512; // characters of a value; the rest of the line goes with a longer one, wherever that may end

    private static readonly SearchValues<char> Base64Chars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=");

    private readonly SearchValues<string> _beginnings;
    private readonly Form[] _forms; // in order, so that few are compared with what was found
    private readonly int[] _within; // for each the longest other form that it begins with, or -1

    public KnownSecrets(IEnumerable<string> secrets)
    {
        _forms = [.. secrets.SelectMany(FormsOf)
            .Where(form => form.Text.Length >= MinLength)
            .GroupBy(form => form.Text, (text, same) => Form.Of(text, [.. same]))
            .OrderBy(form => form.Text, StringComparer.Ordinal)];
        _beginnings = SearchValues.Create(
            [.. _forms.Select(form => form.Text[..Math.Min(form.Text.Length, Searched)]).Distinct()], StringComparison.Ordinal);
        _within = new int[_forms.Length];
        for (var i = 0; i < _forms.Length; i++)
        {
            var other = i - 1;
            while (other >= 0 && !_forms[i].Text.StartsWith(_forms[other].Text, StringComparison.Ordinal)) other = _within[other];
            _within[i] = other;
        }
    }

    public void Find(ReadOnlySpan<char> text, SecretSpans found)
    {
        var covered = 0;
        for (var from = 0; from < text.Length; from++)
        {
            var at = text[from..].IndexOfAny(_beginnings);
            if (at < 0) return;

            from += at; // and on by one only, as another secret may begin inside this one
            if (LongestAt(text[from..]) is not { } form) continue;
            var end = form.IsWhole ? from + form.Text.Length : text.Length;
            if (end <= covered) continue;

            // The characters at a base64 form's ends hold bits of the secret mixed with its neighbours': the whole run goes.
            var start = form.IsBase64 ? text[..from].LastIndexOfAnyExcept(Base64Chars) + 1 : from;
            var run = form.IsBase64 ? text[end..].IndexOfAnyExcept(Base64Chars) : 0;
            covered = run < 0 ? text.Length : end + run;
            found.Add(start, covered);
        }
    }

    private static IEnumerable<Form> FormsOf(string secret)
    {
        string[] lines = [.. secret.Split('\n', '\r').Where(line => line.Length >= MinLineLength)];
        string[] parts = secret.AsSpan().ContainsAny('\n', '\r') ? [secret, .. lines] : [secret];
        return parts.Where(part => part.Length >= MinLength).SelectMany(part =>
        {
            var compared = Beginning(part);
            return Escaped(compared).Select(text => new Form(text, IsBase64: false, IsWhole: compared.Length == part.Length))
                .Concat(Base64(compared).Select(text => new Form(text, IsBase64: true, IsWhole: compared.Length == part.Length)));
        });
    }

    private static string Beginning(string part)
    {
        if (part.Length <= Compared) return part;
        return part[..(char.IsHighSurrogate(part[Compared - 1]) ? Compared - 1 : Compared)]; // half a character has no encoded form
    }

    private static IEnumerable<string> Escaped(string secret)
    {
        var url = Uri.EscapeDataString(secret);
        var form = WebUtility.UrlEncode(secret);
        string[] escaped =
        [
            secret, url, LowerHex(url), form, LowerHex(form),
            JavaScriptEncoder.Default.Encode(secret), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret),
        ];
        return escaped.Distinct();
    }

    /// <summary>%2F as %2f: both spellings are in use.</summary>
    private static string LowerHex(string encoded)
    {
        var text = new StringBuilder(encoded);
        for (var i = 0; i + 2 < text.Length; i++)
        {
            if (text[i] != '%') continue;
            text[i + 1] = char.ToLowerInvariant(text[i + 1]);
            text[i + 2] = char.ToLowerInvariant(text[i + 2]);
        }

        return text.ToString();
    }

    /// <summary>
    /// Base64 of text that contains the secret looks different for each of the three places that it can begin at within a group
    /// of three bytes. What depends on the secret alone is taken from each.
    /// </summary>
    private static IEnumerable<string> Base64(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        for (var before = 0; before < 3; before++)
        {
            var encoded = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var start = ((before * 8) + 5) / 6;
            var end = (before + bytes.Length) * 8 / 6;
            yield return encoded[start..end];
            yield return encoded[start..end].Replace('+', '-').Replace('/', '_');
        }
    }

    /// <summary>The longest form that the text begins with; null when it only begins like one.</summary>
    private Form? LongestAt(ReadOnlySpan<char> text)
    {
        var (low, high) = (0, _forms.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_forms[middle].Text.AsSpan().SequenceCompareTo(text) <= 0) low = middle + 1;
            else high = middle;
        }

        // Every form that the text begins with is the last one that does not come after it, or is within that one.
        var last = low - 1;
        var common = last < 0 ? 0 : text.CommonPrefixLength(_forms[last].Text);
        while (last >= 0 && _forms[last].Text.Length > common) last = _within[last];
        return last < 0 ? null : _forms[last];
    }

    /// <param name="IsWhole">False when the value goes on behind it.</param>
    private readonly record struct Form(string Text, bool IsBase64, bool IsWhole)
    {
        /// <summary>What hides most, of forms that look the same.</summary>
        public static Form Of(string text, IReadOnlyCollection<Form> same) =>
            new(text, same.Any(form => form.IsBase64), same.All(form => form.IsWhole));
    }
}
