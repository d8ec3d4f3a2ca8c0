using NetArchTest.Rules;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>A rule that looked at nothing always passes, so each one says first that it looked at something.</summary>
internal static class Rules
{
    public static void Refuse(Types types, string[] forbidden) => Refuse(types.That().ResideInNamespace("Libra.Deploy"), forbidden);

    public static void Refuse(PredicateList types, string[] forbidden)
    {
        types.GetTypes().Should().NotBeEmpty("a rule over no types always passes");
        types.ShouldNot().HaveDependencyOnAny(forbidden).GetResult().FailingTypeNames.Should().BeNullOrEmpty();
    }
}
