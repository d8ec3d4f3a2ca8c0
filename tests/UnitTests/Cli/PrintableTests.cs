using Libra.Deploy.Cli;

namespace Libra.Deploy.UnitTests.Cli;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain\ttext", "plain\ttext")]
    [InlineData("\e[31mred\e[0m", "red")]
    [InlineData("\e]0;title\abehind", "behind")]
    [InlineData("\e]8;;http://evil\e\\link", "link")]
    [InlineData("a\rb\bc", "abc")]
    [InlineData("\e", "")]
    [InlineData("exe\u202egnp", "exegnp")]
    [InlineData("\u009b31mx", "31mx")]
    public void Of_WhateverABuildPrints_LeavesNothingThatMovesTheCursor(string text, string shown) => Printable.Of(text).Should().Be(shown);
}
