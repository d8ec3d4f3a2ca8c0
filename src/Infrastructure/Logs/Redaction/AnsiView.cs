using Libra.Deploy.Application.Deployments.Logs;

namespace Libra.Deploy.Infrastructure.Logs.Redaction;

/// <summary>A line as a terminal shows it, with the way back to where each character came from.</summary>
internal sealed class AnsiView
{
    private const char Escape = '\u001b';
    private readonly int[] _origin;

    private AnsiView(string text, int[] origin) => (Text, _origin) = (text, origin);

    public string Text { get; }

    /// <summary>Null when the line has no escape sequence, and so is its own view.</summary>
    public static AnsiView? Of(string line)
    {
        if (!line.Contains(Escape)) return null;

        var text = new char[line.Length];
        var origin = new int[line.Length];
        var length = 0;
        for (var i = 0; i < line.Length;)
        {
            if (line[i] == Escape)
            {
                i += AnsiText.SequenceLength(line.AsSpan(i));
                continue;
            }

            text[length] = line[i];
            origin[length++] = i++;
        }

        return new AnsiView(new string(text, 0, length), origin);
    }

    public (int Start, int End) ToOriginal(int start, int end) => (_origin[start], _origin[end - 1] + 1);
}
