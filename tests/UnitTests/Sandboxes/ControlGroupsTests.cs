using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

namespace Libra.Deploy.UnitTests.Sandboxes;

/// <summary>Which files are written where; that the kernel obeys them is shown by the hostile builds.</summary>
public sealed class ControlGroupsTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("libra-cgroup-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Create_WhenVersion2HasMemoryAndPids_LimitsTheWholeTree()
    {
        File.WriteAllText(In("cgroup.controllers"), "cpu io memory pids\n");
        File.WriteAllText(In("cgroup.subtree_control"), "cpu memory pids\n");
        Directory.CreateDirectory(In("libra-deploy"));
        File.WriteAllText(In("libra-deploy/cgroup.subtree_control"), "\n");

        var groups = ControlGroups.Probe(_root.FullName);
        var group = groups.Create("job", new SandboxLimits { MemoryBytes = 1000, MaxProcesses = 7 })!;

        groups.Kind.Should().Be(ControlGroupKind.Version2);
        Read("libra-deploy/cgroup.subtree_control").Should().Be("+memory +pids");
        var job = Path.GetFileName(Directory.EnumerateDirectories(In("libra-deploy")).Single());
        job.Should().StartWith("job-");
        Read($"libra-deploy/{job}/memory.max").Should().Be("1000");
        Read($"libra-deploy/{job}/pids.max").Should().Be("7");
        Read($"libra-deploy/{job}/memory.oom.group").Should().Be("1");
        group.JoinFiles.Should().Equal(In($"libra-deploy/{job}/cgroup.procs"));
        File.WriteAllText(In($"libra-deploy/{job}/memory.events"), "low 0\nmax 3\noom 1\noom_kill 2\n");
        group.RanOutOfMemory().Should().BeTrue();
        group.Kill();
        Read($"libra-deploy/{job}/cgroup.kill").Should().Be("1");
    }

    [Theory]
    [InlineData("hugetlb\n")]
    [InlineData("cpu memory\n")]
    public void Probe_WhenVersion2LacksAController_DoesNotUseIt(string controllers)
    {
        File.WriteAllText(In("cgroup.controllers"), controllers);

        ControlGroups.Probe(_root.FullName).Kind.Should().Be(ControlGroupKind.None);
    }

    [Fact]
    public void Create_WhenVersion1_LimitsInEachHierarchy()
    {
        foreach (var controller in (string[])["memory", "pids"])
        {
            Directory.CreateDirectory(In(controller));
            File.WriteAllText(In($"{controller}/cgroup.procs"), "");
        }

        var groups = ControlGroups.Probe(_root.FullName);
        var group = groups.Create("job", new SandboxLimits { MemoryBytes = 1000, MaxProcesses = 7 })!;

        groups.Kind.Should().Be(ControlGroupKind.Version1);
        var job = Path.GetFileName(Directory.EnumerateDirectories(In("memory/libra-deploy")).Single());
        Read($"memory/libra-deploy/{job}/memory.limit_in_bytes").Should().Be("1000");
        Read($"pids/libra-deploy/{job}/pids.max").Should().Be("7");
        group.JoinFiles.Should().HaveCount(2);
        File.WriteAllText(In($"memory/libra-deploy/{job}/memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
        group.RanOutOfMemory().Should().BeFalse();
    }

    [Fact]
    public async Task End_WhenSandboxesLeftGroups_RemovesThoseOfTheOneOnly()
    {
        foreach (var controller in (string[])["memory", "pids"])
        {
            Directory.CreateDirectory(In(controller));
            File.WriteAllText(In($"{controller}/cgroup.procs"), "");
            foreach (var name in (string[])["dead-1", "dead-2", "other-1"]) Directory.CreateDirectory(In($"{controller}/libra-deploy/{name}"));
        }

        await ControlGroups.Probe(_root.FullName).EndAsync("dead");

        Directory.EnumerateDirectories(In("memory/libra-deploy")).Select(Path.GetFileName).Should().Equal("other-1");
        Directory.EnumerateDirectories(In("pids/libra-deploy")).Select(Path.GetFileName).Should().Equal("other-1");
    }

    [Fact]
    public void Create_WhenThereAreNone_IsNull()
    {
        var groups = ControlGroups.Probe(_root.FullName);

        groups.Kind.Should().Be(ControlGroupKind.None);
        groups.Create("job", new SandboxLimits()).Should().BeNull();
    }

    private string In(string path) => Path.Combine(_root.FullName, path);

    private string Read(string path) => File.ReadAllText(In(path));
}
