using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>
/// Hands output on one piece at a time, and drops what exceeds the limit while it is still read, so that the writer never blocks.
/// </summary>
internal sealed class OutputGate(SandboxOutput output, long maxBytes) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private long _taken;

    /// <summary>Passes on everything <paramref name="source"/> gives until it ends.</summary>
    public async Task PumpAsync(SandboxPipe source, SandboxStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
            await WriteAsync(stream, buffer.AsMemory(0, read), cancellationToken);
    }

    /// <summary>A line of the service itself, in between the program's.</summary>
    public Task SayAsync(string line, CancellationToken cancellationToken) => WriteAsync(SandboxStream.Stdout, line, cancellationToken);

    /// <summary>A line on the given stream.</summary>
    public Task WriteAsync(SandboxStream stream, string line, CancellationToken cancellationToken) =>
        WriteAsync(stream, Encoding.UTF8.GetBytes(line + "\n"), cancellationToken);

    /// <summary>A piece of output as it came.</summary>
    public async Task WriteAsync(SandboxStream stream, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var left = maxBytes - _taken;
            if (left <= 0) return;

            _taken += data.Length;
            await output(stream, data[..(int)Math.Min(data.Length, left)], cancellationToken);
            if (_taken >= maxBytes) await output(SandboxStream.Stderr, Notice(), cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    private byte[] Notice() => Encoding.UTF8.GetBytes($"\n[output beyond {maxBytes >> 10} KiB is not kept]\n");

    public void Dispose() => _one.Dispose();
}
