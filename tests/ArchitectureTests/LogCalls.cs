using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>Every call of a logger in an assembly, with what is handed to it, read from the compiled code.</summary>
internal static class LogCalls
{
    private const string Logger = "Microsoft.Extensions.Logging.LoggerExtensions";

    public static IEnumerable<LogCall> In(string assemblyPath)
    {
        using var module = ModuleDefinition.ReadModule(assemblyPath);
        return module.GetTypes()
            .SelectMany(type => type.Methods)
            .Where(method => method.HasBody)
            .SelectMany(method => method.Body.Instructions.Where(IsLogCall)
                .Select(call => new LogCall(method.FullName, [.. ArgumentsOf(call, method)])))
            .ToList();
    }

    private static bool IsLogCall(Instruction instruction) => instruction.Operand is MethodReference { DeclaringType.FullName: Logger };

    // The arguments are put into an array right before the call: whatever is loaded since that array was made may go into the log.
    private static IEnumerable<Value> ArgumentsOf(Instruction call, MethodDefinition method)
    {
        for (var loaded = call.Previous; loaded is not null && !StartsArguments(loaded) && !IsLogCall(loaded); loaded = loaded.Previous)
        {
            if (ValueOf(loaded, method) is { } value) yield return value;
        }
    }

    private static bool StartsArguments(Instruction instruction) =>
        instruction.OpCode == OpCodes.Newarr
            || instruction.Operand is MethodReference { Name: "Empty", DeclaringType.FullName: "System.Array" };

    private static Value? ValueOf(Instruction loaded, MethodDefinition method) => loaded.Operand switch
    {
        MethodReference called => new Value(called.Name, called.ReturnType.FullName),
        FieldReference field => new Value(field.Name, field.FieldType.FullName),
        ParameterReference parameter => new Value(parameter.Name, parameter.ParameterType.FullName),
        VariableReference variable => new Value(string.Empty, variable.VariableType.FullName),
        _ => Numbered(loaded.OpCode.Code, method),
    };

    // The short forms of "load local n" and "load argument n" carry no operand.
    private static Value? Numbered(Code code, MethodDefinition method)
    {
        if (code is >= Code.Ldloc_0 and <= Code.Ldloc_3)
            return new Value(string.Empty, method.Body.Variables[code - Code.Ldloc_0].VariableType.FullName);
        if (code is < Code.Ldarg_0 or > Code.Ldarg_3) return null;

        var place = code - Code.Ldarg_0 - (method.HasThis ? 1 : 0);
        return place < 0 ? null : new Value(method.Parameters[place].Name, method.Parameters[place].ParameterType.FullName);
    }
}

/// <summary>One call of a logger.</summary>
/// <param name="Method">Where it stands.</param>
internal sealed record LogCall(string Method, IReadOnlyList<Value> Arguments);

/// <summary>Something that is handed to a call; the name is empty for a local variable.</summary>
internal sealed record Value(string Name, string Type);
