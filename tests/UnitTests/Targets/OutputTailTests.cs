using Libra.Deploy.Infrastructure.Targets.Local;

namespace Libra.Deploy.UnitTests.Targets;

public sealed class OutputTailTests
{
    [Fact]
    public async Task Read_OfALineThatIsTooLong_CutsNoCharacterInTwo()
    {
        var start = new string('x', 499);
        var tail = new OutputTail();
        var lines = new List<string>();

        await tail.ReadAsync(new StringReader($"{start}😀 and so on\n{start[1..]}😀\n"), lines.Add);

        lines.Should().Equal(start, $"{start[1..]}😀");
        tail.ToString().Should().Be(string.Join('\n', lines));
    }
}
