using System.IO.Pipelines;
using Libra.Deploy.Infrastructure.Sandboxes;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class SandboxPipeTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _gone = new();
    private readonly Pipe _pipe = new();
    private readonly byte[] _buffer = new byte[4];
    private readonly SandboxPipe _read;

    public SandboxPipeTests() => _read = new SandboxPipe(_pipe.Reader.AsStream(), _clock, _gone.Token);

    [Fact]
    public async Task Read_WhileTheRunGoesOn_WaitsForEver()
    {
        var reading = ReadAsync();
        _clock.Advance(TimeSpan.FromHours(1));

        reading.IsCompleted.Should().BeFalse();
        await _pipe.Writer.WriteAsync(new byte[3], TestContext.Current.CancellationToken);
        (await reading).Should().Be(3);
    }

    [Fact]
    public async Task Read_HoweverLongItsTakerNeeds_GivesAllThatCame()
    {
        await _pipe.Writer.WriteAsync(new byte[6], TestContext.Current.CancellationToken);
        await _pipe.Writer.CompleteAsync();
        await _gone.CancelAsync();

        (await ReadAsync()).Should().Be(4);
        _clock.Advance(TimeSpan.FromHours(1));
        (await ReadAsync()).Should().Be(2);
        (await ReadAsync()).Should().Be(0);
    }

    [Fact]
    public async Task Read_WhenSomethingKeepsThePipeOpenAfterTheRun_EndsAfterAWhile()
    {
        var reading = ReadAsync();
        await _gone.CancelAsync();

        _clock.Advance(TimeSpan.FromSeconds(9));
        reading.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await reading).Should().Be(0);
    }

    [Fact]
    public async Task Read_WhenALeftoverWritesNowAndThen_EndsAfterAWhileAllTheSame()
    {
        await _gone.CancelAsync();
        var taken = 0;
        for (var second = 0; second < 20; second++)
        {
            var reading = ReadAsync();
            _clock.Advance(TimeSpan.FromSeconds(1));
            await _pipe.Writer.WriteAsync(new byte[1], TestContext.Current.CancellationToken);
            taken += await reading;
        }

        taken.Should().BeInRange(9, 10);
    }

    public void Dispose() => _gone.Dispose();

    private Task<int> ReadAsync() => _read.ReadAsync(_buffer, TestContext.Current.CancellationToken).AsTask();
}
