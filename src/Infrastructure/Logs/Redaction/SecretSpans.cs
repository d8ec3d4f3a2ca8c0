namespace Libra.Deploy.Infrastructure.Logs.Redaction;

/// <summary>Where in a line secrets were found.</summary>
internal sealed class SecretSpans
{
    private List<(int Start, int End)>? _spans; // most lines have none

    public bool IsEmpty => _spans is null;

    public void Add(int start, int end) => (_spans ??= []).Add((start, end));

    /// <summary>Turns places in the view into places in the line that it was made of.</summary>
    public void MapTo(AnsiView view)
    {
        if (_spans is not null) _spans = _spans.ConvertAll(span => view.ToOriginal(span.Start, span.End));
    }

    /// <summary>In order, touching ones joined.</summary>
    public IEnumerable<(int Start, int End)> Merged()
    {
        if (_spans is null) yield break;

        _spans.Sort();
        var current = _spans[0];
        foreach (var next in _spans)
        {
            if (next.Start <= current.End)
            {
                current.End = Math.Max(current.End, next.End);
                continue;
            }

            yield return current;
            current = next;
        }

        yield return current;
    }
}
