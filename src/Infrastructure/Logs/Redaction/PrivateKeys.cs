using System.Text.RegularExpressions;

namespace Libra.Deploy.Infrastructure.Logs.Redaction;

/// <summary>Finds private keys in PEM form, which stretch over lines.</summary>
internal static partial class PrivateKeys
{
    // The largest keys in use have about 200 lines; a begin without an end must not hide the rest of the output.
    private const int MaxLines = 250;

    public static void Find(string line, RedactionState state, SecretSpans found)
    {
        var position = 0;
        if (state.KeyLinesLeft > 0)
        {
            position = Continue(line, state, found);
            if (state.KeyLinesLeft > 0) return;
        }

        while (line.IndexOf("-----BEGIN", position, StringComparison.Ordinal) >= 0
            && Begin().Match(line, position) is { Success: true } begin)
        {
            var end = End().Match(line, begin.Index + begin.Length);
            if (!end.Success)
            {
                found.Add(begin.Index, line.Length);
                state.KeyLinesLeft = MaxLines;
                return;
            }

            position = end.Index + end.Length;
            found.Add(begin.Index, position);
        }
    }

    /// <returns>Where the key ends in this line.</returns>
    private static int Continue(string line, RedactionState state, SecretSpans found)
    {
        var end = End().Match(line);
        if (end.Success)
        {
            state.KeyLinesLeft = 0;
            found.Add(0, end.Index + end.Length);
            return end.Index + end.Length;
        }

        state.KeyLinesLeft--;
        if (WholeLine().Match(line) is { Success: true } whole)
            found.Add(whole.Index, whole.Index + whole.Length);
        else
            foreach (var run in InnerRun().EnumerateMatches(line)) found.Add(run.Index, run.Index + run.Length);
        return line.Length;
    }

    [GeneratedRegex("-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY( BLOCK)?-----", RegexOptions.NonBacktracking)]
    private static partial Regex Begin();

    [GeneratedRegex("-----END [A-Z0-9 ]{0,30}PRIVATE KEY( BLOCK)?-----", RegexOptions.NonBacktracking)]
    private static partial Regex End();

    // A line of the key, or of its headers (Proc-Type, DEK-Info).
    [GeneratedRegex(@"^\s*([A-Za-z0-9+/=]+|[A-Z][A-Za-z-]+: .*)\s*$", RegexOptions.NonBacktracking)]
    private static partial Regex WholeLine();

    // A line of the key behind a line number or the prefix of a tool.
    [GeneratedRegex("[A-Za-z0-9+/=]{16,}", RegexOptions.NonBacktracking)]
    private static partial Regex InnerRun();
}
