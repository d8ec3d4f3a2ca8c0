using Libra.Deploy.Application.Telemetry;

namespace Libra.Deploy.UnitTests.Telemetry;

public sealed class LogFieldsTests
{
    [Fact]
    public void Text_OfSomeFields_NamesEach() =>
        new LogFields { ["deploymentId"] = "d1", ["attempt"] = 2 }.ToString().Should().Be("deploymentId:d1 attempt:2");
}
