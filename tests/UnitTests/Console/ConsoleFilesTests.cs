using System.Text;
using System.Text.RegularExpressions;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.ConsolePage;

namespace Libra.Deploy.UnitTests.ConsolePage;

public sealed partial class ConsoleFilesTests
{
    private const int LargestPage = 150_000;

    [Fact]
    public void Load_WhenAllFilesAreAdded_StaysSmall() =>
        ConsoleFiles.Load().Sum(file => file.Content.Length).Should().BeInRange(1, LargestPage);

    [Fact]
    public void Load_WhenAFileNamesAnother_HasIt()
    {
        var files = ConsoleFiles.Load();

        var named = files.SelectMany(file => References().Matches(TextOf(file)).Select(match => match.Groups["name"].Value)).Distinct()
            .ToList();

        named.Should().Contain("console.js").And.Contain("console.css");
        files.Select(file => file.Name).Should().Contain(named);
    }

    // The content policy would refuse all of it, but only when somebody opens that page.
    [Fact]
    public void Load_WhenPolicyForbidsInlineCode_HasNone()
    {
        var index = TextOf(ConsoleFiles.Load().Single(file => file.Name == ConsoleFiles.Index));

        InlineCode().Matches(index).Should().BeEmpty();
    }

    [Fact]
    public void Load_WhenDataReachesThePage_NeverPassesAsMarkup()
    {
        var scripts = ConsoleFiles.Load().Where(file => file.Name.EndsWith(".js", StringComparison.Ordinal)).ToList();

        scripts.Should().NotBeEmpty();
        scripts.Where(script => Markup().IsMatch(TextOf(script))).Should().BeEmpty();
    }

    // A page that lacks one shows a deployment as if it stood still.
    [Fact]
    public void Load_WhenItNamesStepsAndStatuses_HasThemAll()
    {
        var words = TextOf(ConsoleFiles.Load().Single(file => file.Name == "words.js"));

        StepNames().Matches(words).Select(match => match.Groups["name"].Value)
            .Should().StartWith(DeploymentSteps.InOrder.Select(step => step.WireName()));
        Enum.GetValues<DeploymentStatus>()
            .Where(status => !words.Contains($"  {status.WireName()}: [", StringComparison.Ordinal)).Should().BeEmpty();
    }

    private static string TextOf(ConsoleFile file) => Encoding.UTF8.GetString(file.Content);

    [GeneratedRegex("""^  \['(?<name>\w+)', """, RegexOptions.Multiline)]
    private static partial Regex StepNames();

    [GeneratedRegex("""(?:from '\./|(?:src|href)=")(?<name>[\w-]+\.(?:js|css))['"]""")]
    private static partial Regex References();

    [GeneratedRegex("""<script>|<style|\sstyle=|\son\w+=""", RegexOptions.IgnoreCase)]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function")]
    private static partial Regex Markup();
}
