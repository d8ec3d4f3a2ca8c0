using System.Text.RegularExpressions;
using Libra.Deploy.WebApi.Configuration;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>The systemd unit and the Dockerfile name only what exists; deploy/check.sh starts what they would start.</summary>
public sealed partial class DeployFilesTests
{
    private const string Home = "/opt/libra-deploy";
    private static readonly string Unit = Repository.Read("deploy/libra-deploy.service");
    private static readonly string Dockerfile = Repository.Read("deploy/Dockerfile");
    private static readonly string Program = $"{Home}/{Layers.WebApi.GetName().Name}";

    [Fact]
    public void Variables_AreOnesThatTheServiceReads()
    {
        var known = EnvironmentNames.All.Select(variable => variable.Name).ToHashSet(StringComparer.Ordinal);
        var named = UnitVariable().Matches(Unit).Concat(ImageVariable().Matches(Dockerfile))
            .Select(match => match.Groups["name"].Value).ToList();

        named.Should().HaveCountGreaterThan(6).And.BeSubsetOf(known);
    }

    [Fact]
    public void UnitAndImage_StartTheProgramThatIsPublished()
    {
        Unit.Should().Contain($"ExecStart={Program}\n").And.Contain($"WorkingDirectory={Home}\n");
        Dockerfile.Should().Contain($"ENTRYPOINT [\"{Program}\"]").And.Contain($"COPY --from=build /published {Home}\n");
    }

    [Fact]
    public void Image_CopiesOnlyWhatTheCheckoutHas()
    {
        var copied = Copy().Matches(Dockerfile)
            .SelectMany(copy => copy.Groups["sources"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();

        copied.Should().NotBeEmpty();
        copied.Where(path => !Path.Exists(Path.Combine(Repository.Root, path))).Should().BeEmpty();
    }

    // Without .editorconfig, for instance, warnings count that the checkout has switched off, and the build ends.
    [Fact]
    public void Image_CopiesEveryFileThatShapesABuild()
    {
        var shaping = Directory.EnumerateFiles(Repository.Root).Select(path => Path.GetFileName(path)!)
            .Where(name => ShapesABuild().IsMatch(name)).ToList();
        var copied = Copy().Matches(Dockerfile).SelectMany(copy => copy.Groups["sources"].Value.Split(' '));

        shaping.Should().HaveCountGreaterThan(3).And.BeSubsetOf(copied);
    }

    [Fact]
    public void Image_AsksForItsHealthWhereItListens() =>
        Dockerfile.Should().MatchRegex(@"\nHEALTHCHECK [^\n]*CMD curl [^\n]*""http://localhost:\$PORT/health/live""");

    [Fact]
    public void Ci_KeepsThePathOfItsToolsAsRoot() =>
        Repository.Read(".github/workflows/ci.yml").Should().Contain("sudo -E env \"PATH=$PATH\" bash .ci/run");

    [Fact]
    public void Image_HasTheVersionsThatTheCheckoutPins()
    {
        var sdk = Version().Match(Repository.Read("global.json")).Groups["major"].Value;

        Dockerfile.Should().Contain($"dotnet/sdk:{sdk}").And.Contain($"dotnet/aspnet:{sdk}");
        Dockerfile.Should().Contain($"EXPOSE {new HostSettings().Port}\n");
    }

    // What sandboxes are made of must not be taken from the unit.
    [Theory]
    [InlineData("RestrictNamespaces")]
    [InlineData("ProtectProc")]
    [InlineData("ProtectKernelTunables")]
    [InlineData("ProtectKernelLogs")]
    [InlineData("ProtectHostname")]
    [InlineData("ProtectControlGroups")]
    [InlineData("SystemCallFilter")]
    public void Unit_LeavesSandboxesWhatTheyNeed(string setting) => Unit.Should().NotContain($"\n{setting}=");

    [Fact]
    public void Unit_GivesTheServiceControlGroupsForItsBuilds() => Unit.Should().Contain("\nDelegate=memory pids\n");

    [GeneratedRegex("^Environment=(?<name>[A-Z0-9_]+)=", RegexOptions.Multiline)]
    private static partial Regex UnitVariable();

    [GeneratedRegex(@"^(ENV| {3}) (?<name>[A-Z0-9_]+)=", RegexOptions.Multiline)]
    private static partial Regex ImageVariable();

    [GeneratedRegex(@"^COPY (?!--)(?<sources>[^\n]+) \S+$", RegexOptions.Multiline)]
    private static partial Regex Copy();

    [GeneratedRegex(@"^(\.editorconfig|\.globalconfig|Directory\..*|global\.json|nuget\.config)$", RegexOptions.IgnoreCase)]
    private static partial Regex ShapesABuild();

    [GeneratedRegex(@"""version"": ""(?<major>\d+\.\d+)\.")]
    private static partial Regex Version();
}
