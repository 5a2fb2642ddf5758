import type { ButtonHTMLAttributes, ComponentChildren } from "preact";

export interface ButtonProps extends Omit<ButtonHTMLAttributes, "size"> {
  kind?: "plain" | "primary" | "danger" | "quiet";
  children: ComponentChildren;
}

/** A button; `quiet` has no border, `danger` deletes or rejects. */
export function Button({ kind = "plain", children, class: more, ...rest }: ButtonProps) {
  return (
    <button type="button" class={`button button-${kind} ${typeof more === "string" ? more : ""}`} {...rest}>
      {children}
    </button>
  );
}
