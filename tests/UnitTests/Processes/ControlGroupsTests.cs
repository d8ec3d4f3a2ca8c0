using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.UnitTests.Processes;

/// <summary>Which files are written where; that the kernel obeys them is shown by the hostile builds and sites.</summary>
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

        var groups = Probe();
        var group = groups.Create("job", memoryBytes: 1000, maxProcesses: 7)!;

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
    [InlineData("0::/system.slice/libra-deploy.service\n")]
    [InlineData("1:name=systemd:/\n0::/system.slice/libra-deploy.service/libra-service\n")]
    public void Create_WhenSystemdGaveTheServiceAGroup_StaysInsideAndMovesTheServiceOutOfTheWay(string membership)
    {
        const string Own = "system.slice/libra-deploy.service";
        MakeVersion2(Own);
        File.WriteAllText(In($"{Own}/cgroup.procs"), $"{Environment.ProcessId}\n");

        var groups = Probe(membership);
        groups.Create("job", memoryBytes: 1000);

        groups.Kind.Should().Be(ControlGroupKind.Version2);
        Read($"{Own}/libra-service/cgroup.procs").Should().Be($"{Environment.ProcessId}");
        Read($"{Own}/cgroup.subtree_control").Should().Be("+memory +pids");
        Directory.EnumerateDirectories(In($"{Own}/libra-deploy")).Should().ContainSingle();
        Directory.Exists(In("libra-deploy")).Should().BeFalse("what is outside of its group is not the service's");
    }

    [Fact]
    public void Create_WhenTheServiceSharesItsGroupWithAShell_LeavesTheShellWhereItIs()
    {
        const string Shared = "user.slice/session-1.scope";
        MakeVersion2(".");
        File.Delete(In("cgroup.type")); // the top of a machine has none
        MakeVersion2(Shared);

        var groups = Probe($"0::/{Shared}\n");
        groups.Create("job", memoryBytes: 1000);

        Directory.Exists(In($"{Shared}/libra-service")).Should().BeFalse();
        Directory.EnumerateDirectories(In("libra-deploy")).Should().ContainSingle();
    }

    [Theory]
    [InlineData("hugetlb\n")]
    [InlineData("cpu memory\n")]
    public void Probe_WhenVersion2LacksAController_DoesNotUseIt(string controllers)
    {
        File.WriteAllText(In("cgroup.controllers"), controllers);

        Probe().Kind.Should().Be(ControlGroupKind.None);
    }

    [Fact]
    public void Create_WhenVersion1_LimitsInEachHierarchy()
    {
        foreach (var controller in (string[])["memory", "pids"])
        {
            Directory.CreateDirectory(In(controller));
            File.WriteAllText(In($"{controller}/cgroup.procs"), "");
        }

        var groups = Probe();
        var group = groups.Create("job", memoryBytes: 1000, maxProcesses: 7)!;

        groups.Kind.Should().Be(ControlGroupKind.Version1);
        var job = Path.GetFileName(Directory.EnumerateDirectories(In("memory/libra-deploy")).Single());
        Read($"memory/libra-deploy/{job}/memory.limit_in_bytes").Should().Be("1000");
        Read($"pids/libra-deploy/{job}/pids.max").Should().Be("7");
        group.JoinFiles.Should().HaveCount(2);
        File.WriteAllText(In($"memory/libra-deploy/{job}/memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
        group.RanOutOfMemory().Should().BeFalse();
    }

    [Fact]
    public void Create_WithoutALimitOfProcesses_LimitsMemoryAlone()
    {
        foreach (var controller in (string[])["memory", "pids"])
        {
            Directory.CreateDirectory(In(controller));
            File.WriteAllText(In($"{controller}/cgroup.procs"), "");
        }

        var group = Probe().Create("site", memoryBytes: 1000)!;

        group.JoinFiles.Should().ContainSingle().Which.Should().StartWith(In("memory/libra-deploy/site-"));
        Directory.EnumerateDirectories(In("pids/libra-deploy")).Should().BeEmpty();
    }

    [Fact]
    public async Task End_WhenSandboxesLeftGroups_RemovesThoseOfTheOneOnly()
    {
        foreach (var controller in (string[])["memory", "pids"])
        {
            Directory.CreateDirectory(In(controller));
            File.WriteAllText(In($"{controller}/cgroup.procs"), "");
            foreach (var name in (string[])["dead-1", "dead-2", "other-1"])
                Directory.CreateDirectory(In($"{controller}/libra-deploy/{name}"));
        }

        await Probe().EndAsync("dead");

        Directory.EnumerateDirectories(In("memory/libra-deploy")).Select(Path.GetFileName).Should().Equal("other-1");
        Directory.EnumerateDirectories(In("pids/libra-deploy")).Select(Path.GetFileName).Should().Equal("other-1");
    }

    [Fact]
    public void Create_WhenThereAreNone_IsNull()
    {
        var groups = Probe();

        groups.Kind.Should().Be(ControlGroupKind.None);
        groups.Create("job", memoryBytes: 1000).Should().BeNull();
    }

    private ControlGroups Probe(string membership = "")
    {
        File.WriteAllText(In("membership"), membership);
        return ControlGroups.Probe(_root.FullName, In("membership"));
    }

    // The kernel makes these files in each group; a folder has only those that a test makes.
    private void MakeVersion2(string group)
    {
        Directory.CreateDirectory(In($"{group}/libra-deploy"));
        File.WriteAllText(In($"{group}/cgroup.type"), "domain\n");
        File.WriteAllText(In($"{group}/cgroup.controllers"), "memory pids\n");
        File.WriteAllText(In($"{group}/cgroup.subtree_control"), "\n");
        File.WriteAllText(In($"{group}/libra-deploy/cgroup.subtree_control"), "\n");
    }

    private string In(string path) => Path.Combine(_root.FullName, path);

    private string Read(string path) => File.ReadAllText(In(path));
}
