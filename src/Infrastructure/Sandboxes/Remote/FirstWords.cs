using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>Keeps the beginning of what a command of our own says, to tell why it failed.</summary>
internal sealed class FirstWords
{
    private const int Longest = 500;
    private readonly StringBuilder _text = new();

    public Task TakeAsync(SandboxStream stream, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (_text.Length < Longest) _text.Append(Encoding.UTF8.GetString(data.Span));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override string ToString() => _text.ToString(0, Math.Min(_text.Length, Longest)).Trim();
}
