using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace Libra.Deploy.Infrastructure.Logs.Redaction;

/// <summary>Finds given values: as they are, in base64, URL-encoded and escaped for JSON.</summary>
internal sealed class KnownSecrets
{
    private const int MinLength = 6; // shorter values are words that a build prints anyway
    private const int MinLineLength = 8; // of one line of a secret over several lines

    private static readonly SearchValues<char> Base64Chars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=");

    private readonly SearchValues<string> _forms;
    private readonly Dictionary<string, Form[]>.AlternateLookup<ReadOnlySpan<char>> _byBeginning;

    public KnownSecrets(IEnumerable<string> secrets)
    {
        var forms = secrets.SelectMany(FormsOf).Where(form => form.Text.Length >= MinLength).Distinct().ToList();
        _forms = SearchValues.Create([.. forms.Select(form => form.Text)], StringComparison.Ordinal);
        _byBeginning = forms
            .GroupBy(form => form.Text[..MinLength])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(form => form.Text.Length).ToArray())
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public void Find(ReadOnlySpan<char> text, SecretSpans found)
    {
        var covered = 0;
        for (var from = 0; from < text.Length; from++)
        {
            var at = text[from..].IndexOfAny(_forms);
            if (at < 0) return;

            from += at; // and on by one only, as another secret may begin inside this one
            var form = LongestAt(text[from..]);
            var end = from + form.Text.Length;
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
        return parts.Where(part => part.Length >= MinLength).SelectMany(part => Escaped(part).Concat(Base64(part)));
    }

    private static IEnumerable<Form> Escaped(string secret)
    {
        var url = Uri.EscapeDataString(secret);
        var form = WebUtility.UrlEncode(secret);
        string[] escaped =
        [
            secret, url, LowerHex(url), form, LowerHex(form),
            JavaScriptEncoder.Default.Encode(secret), JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret),
        ];
        return escaped.Distinct().Select(text => new Form(text, IsBase64: false));
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
    private static IEnumerable<Form> Base64(string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        for (var before = 0; before < 3; before++)
        {
            var encoded = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var start = ((before * 8) + 5) / 6;
            var end = (before + bytes.Length) * 8 / 6;
            yield return new Form(encoded[start..end], IsBase64: true);
            yield return new Form(encoded[start..end].Replace('+', '-').Replace('/', '_'), IsBase64: true);
        }
    }

    private Form LongestAt(ReadOnlySpan<char> text)
    {
        foreach (var form in _byBeginning[text[..MinLength]])
        {
            if (text.StartsWith(form.Text, StringComparison.Ordinal)) return form;
        }

        throw new InvalidOperationException("A secret was found that is not in the table of its forms.");
    }

    private readonly record struct Form(string Text, bool IsBase64);
}
