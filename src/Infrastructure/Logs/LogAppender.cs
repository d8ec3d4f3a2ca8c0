using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Infrastructure.Logs.Live;
using Libra.Deploy.Infrastructure.Logs.Stored;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Logs;

/// <summary>Buffers lines and ships them as chunks at the end of the stored log, in the background and in order.</summary>
internal sealed class LogAppender : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Pulse _arrived = new();
    private readonly Pulse _urgent = new();
    private readonly Pulse _shipped = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly LogBuffer _buffer;
    private readonly LogShipper _shipper;
    private readonly DeploymentLogOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Task _pump;

    private long _flushUpTo;
    private bool _closing;
    private Exception? _failure;

    public LogAppender(LogShipper shipper, DeploymentLogOptions options, TimeProvider clock, ILogger logger)
    {
        (_shipper, _options, _clock, _logger) = (shipper, options, clock, logger);
        _buffer = new LogBuffer(shipper.Tip, options);
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>True when nothing more can be stored.</summary>
    public bool HasFailed
    {
        get
        {
            lock (_gate)
            {
                return _failure is not null;
            }
        }
    }

    /// <summary>Adds a line; its number is given when it is shipped.</summary>
    public void Add(LogEntry entry)
    {
        bool first, full;
        lock (_gate)
        {
            ThrowIfFailed();
            first = _buffer.IsEmpty;
            _buffer.Add(entry);
            full = _buffer.Bytes >= _options.ChunkBytes;
        }

        if (first) _arrived.Fire();
        if (full) _urgent.Fire();
    }

    /// <summary>Waits while more is buffered than may be.</summary>
    public Task WaitForSpaceAsync(CancellationToken cancellationToken) =>
        WaitUntilAsync(() => _buffer.Bytes <= _options.MaxBufferedBytes, cancellationToken);

    /// <summary>Ships what was added before the call; returns when it is stored.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        long upTo;
        lock (_gate)
        {
            upTo = _flushUpTo = _buffer.Added;
        }

        _urgent.Fire();
        return WaitUntilAsync(() => _buffer.Shipped >= upTo, cancellationToken);
    }

    /// <summary>
    /// Ships the rest and marks the log as closed properly. What cannot be stored in time is given up, with an error logged.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_closing) return;
            _closing = true;
        }

        _arrived.Fire();
        _urgent.Fire();
        using var timeout = new CancellationTokenSource(_options.CloseTimeout, _clock);
        await using (timeout.Token.Register(_giveUp.Cancel))
        {
            await _pump;
        }

        if (_failure is not null and not LogWriterSupersededException)
            _logger.LogError(_failure, "{Lines} log lines of {DeploymentId} were not stored", _buffer.Waiting, _shipper.DeploymentId);
        _giveUp.Dispose();
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await WaitForLinesAsync())
            {
                await WaitForMoreAsync();
                while (TakeBatch() is { Count: > 0 } batch) await ShipAsync(batch);
            }

            await _shipper.MarkClosedAsync(_giveUp.Token);
        }
        catch (Exception failure)
        {
            // Thrown to whoever writes, flushes or waits next.
            lock (_gate)
            {
                _failure = failure;
            }

            _shipped.Fire();
        }
    }

    /// <returns>False when there are none and none will come.</returns>
    private async Task<bool> WaitForLinesAsync()
    {
        while (true)
        {
            var arrived = _arrived.Next;
            lock (_gate)
            {
                if (!_buffer.IsEmpty) return true;
                if (_closing) return false;
            }

            await arrived;
        }
    }

    private async Task WaitForMoreAsync()
    {
        var urgent = _urgent.Next;
        lock (_gate)
        {
            if (_closing || _buffer.Bytes >= _options.ChunkBytes || _buffer.Shipped < _flushUpTo) return;
        }

        using var enough = new CancellationTokenSource();
        await Task.WhenAny(urgent, Task.Delay(_options.ShipInterval, _clock, enough.Token));
        await enough.CancelAsync();
    }

    private IReadOnlyList<LogEntry> TakeBatch()
    {
        lock (_gate)
        {
            return _buffer.Take();
        }
    }

    /// <summary>Tries until the batch is stored: a store that is away for a while costs no line.</summary>
    private async Task ShipAsync(IReadOnlyList<LogEntry> batch)
    {
        for (var pause = _options.RetryMin; ; pause = pause * 2 < _options.RetryMax ? pause * 2 : _options.RetryMax)
        {
            try
            {
                await _shipper.ShipAsync(batch, _buffer.IsCut, _giveUp.Token);
                break;
            }
            catch (IOException failure)
            {
                _logger.LogWarning(
                    "The log of {DeploymentId} waits for the object store: {Reason}", _shipper.DeploymentId, failure.Message);
                await Task.Delay(pause, _clock, _giveUp.Token);
            }
        }

        lock (_gate)
        {
            _buffer.Remove(_shipper.Tip);
        }

        _shipped.Fire();
    }

    private async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            var shipped = _shipped.Next;
            lock (_gate)
            {
                if (condition()) return;
                ThrowIfFailed();
            }

            await shipped.WaitAsync(cancellationToken);
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is LogWriterSupersededException superseded) throw new LogWriterSupersededException(superseded.Message);
        if (_failure is not null) throw new IOException("The deployment's log could not be stored.", _failure);
        ObjectDisposedException.ThrowIf(_closing, this);
    }
}
