using NetArchTest.Rules;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>Which module may use which. A road that is not in the map is a decision: it is written down here first.</summary>
public sealed class ModuleTests
{
    /// <summary>Beside itself and Common, which is for all and uses nobody.</summary>
    private static readonly Dictionary<string, string[]> Map = new()
    {
        ["Domain.Access"] = [],
        ["Domain.Common"] = [],
        ["Domain.Deployments"] = [],
        ["Domain.Projects"] = [],
        ["Domain.Queue"] = ["Domain.Deployments"],
        ["Domain.Quotas"] = [],
        ["Domain.Webhooks"] = [],
        ["Application.Access"] = ["Domain.Access"],
        ["Application.Common"] = [],
        ["Application.Deployments"] =
        [
            "Domain.Deployments", "Domain.Projects", "Application.Idempotency", "Application.Projects", "Application.Quotas",
            "Application.RateLimits", "Application.Storage", "Application.Telemetry",
        ],
        ["Application.Health"] = [],
        ["Application.Idempotency"] = ["Domain.Deployments"],
        ["Application.Projects"] = ["Domain.Projects"],
        ["Application.Queue"] = ["Domain.Deployments", "Domain.Queue", "Application.Deployments", "Application.Quotas"],
        ["Application.Quotas"] = ["Domain.Deployments", "Domain.Quotas"],
        ["Application.RateLimits"] = [],
        ["Application.Storage"] = [],
        ["Application.Telemetry"] = ["Domain.Deployments"],
        ["Application.Webhooks"] = ["Domain.Deployments", "Domain.Webhooks", "Application.Telemetry"],
    };

    public static TheoryData<string> Modules => [.. Map.Keys];

    [Fact]
    public void Map_NamesEveryModule()
    {
        var folders = Repository.Folders("src/Domain").Concat(Repository.Folders("src/Application"))
            .Select(folder => folder.Split('/'))
            .Where(parts => parts.Length == 3)
            .Select(parts => $"{parts[1]}.{parts[2]}");

        Map.Keys.Should().BeEquivalentTo(folders);
    }

    [Theory]
    [MemberData(nameof(Modules))]
    public void Module_UsesNoOtherThanTheMapAllows(string module)
    {
        var layer = module.StartsWith("Domain.", StringComparison.Ordinal) ? Layers.Domain : Layers.Application;
        var forbidden = Map.Keys
            .Where(other => other != module && !other.EndsWith(".Common", StringComparison.Ordinal) && !Map[module].Contains(other))
            .Select(other => $"Libra.Deploy.{other}");

        Rules.Refuse(Types.InAssembly(layer).That().ResideInNamespace($"Libra.Deploy.{module}"), [.. forbidden]);
    }

    [Fact]
    public void Modules_UseEachOtherOnlyOneWay() =>
        Map.Keys.Where(module => UsedBy(module).Contains(module)).Should().BeEmpty("modules that need each other are one");

    // Directly and through others.
    private static HashSet<string> UsedBy(string module)
    {
        var used = new HashSet<string>();
        var open = new Stack<string>(Map[module]);
        while (open.TryPop(out var next))
            if (used.Add(next))
                foreach (var further in Map[next]) open.Push(further);
        return used;
    }
}
